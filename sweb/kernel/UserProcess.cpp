#include "UserProcess.h"

#include "ArchThreads.h"
#include "FileSystemInfo.h"
#include "Loader.h"
#include "ProcessRegistry.h"
#include "ProgramArguments.h"
#include "VfsSyscall.h"
#include "assert.h"
#include "debug.h"
#include "errno.h"
#include "kformat.h"
#include "kprintf.h"
#include "kstring.h"
#include <new>

namespace
{
const char* baseName(const char* path)
{
  const char* slash = strrchr(path, '/');
  return slash != nullptr ? slash + 1 : path;
}
} // namespace

ProcessEndNotice::~ProcessEndNotice()
{
  if (registered_pid_ != 0)
    ProcessRegistry::instance()->processGone(registered_pid_, exit_code_);
}

int64 UserProcess::create(const char* path, const ProgramArguments& arguments, const FileSystemInfo& working_dir,
                          Terminal* terminal, UserProcess*& created)
{
  auto* directory = new (std::nothrow) FileSystemInfo(working_dir);
  if (directory == nullptr)
    return -ENOMEM;
  auto* process = new (std::nothrow) UserProcess(directory, baseName(path), terminal);
  if (process == nullptr)
  {
    delete directory;
    return -ENOMEM;
  }

  if (const int64 error = process->load(path, arguments); error != 0)
  {
    debug(USERPROCESS, "cannot load %s: error %ld\n", path, -error);
    delete process;
    return error;
  }
  created = process;
  return 0;
}

UserProcess::UserProcess(FileSystemInfo* working_dir, const char* name, Terminal* terminal)
    : Thread(working_dir, name, USER_THREAD), descriptors_(MAX_OPEN_FILES)
{
  exit_code_ = EXIT_KILLED; // until it says otherwise
  setTerminal(terminal);
}

int64 UserProcess::load(const char* path, const ProgramArguments& arguments)
{
  if (!isUsable())
    return -ENOMEM;
  RefPtr<File> file;
  if (const int64 error = VfsSyscall::openFile(path, OpenFlags::RDONLY, file); error < 0)
    return error;
  loader_ = new (std::nothrow) Loader(file);
  if (loader_ == nullptr)
    return -ENOMEM;
  if (const int64 error = loader_->loadExecutable(); error != 0)
    return error;

  pointer stack_pointer = 0;
  if (const int64 error = loader_->buildStack(arguments, stack_pointer); error != 0)
    return error;
  user_registers_ =
      ArchThreads::createUserRegisters(loader_->getEntryFunction(), stack_pointer, getKernelStack().getTop());
  if (user_registers_ == nullptr)
    return -ENOMEM;
  ArchThreads::setAddressSpace(this, loader_->arch_memory_);
  switch_to_userspace_ = 1;
  return 0;
}

UserProcess::~UserProcess()
{
  if (registered_pid_ != 0)
    ProcessRegistry::instance()->processEnds(registered_pid_);
  delete loader_;
  loader_ = nullptr;
  delete getWorkingDirInfo();
  setWorkingDirInfo(nullptr);
}

void UserProcess::Run()
{
  assert(!"a user process started in the kernel");
}

UserProcess* UserProcess::current()
{
  return currentThread->getType() == USER_THREAD ? static_cast<UserProcess*>(currentThread) : nullptr;
}

void UserProcess::exit(int64 code)
{
  assert(currentThread == this && "others can only kill() it");
  debug(USERPROCESS, "%s (%zu) exits with code %ld\n", getName(), getPid(), code);
  exit_code_ = code;
  kill();
  __builtin_unreachable();
}

void UserProcess::endWith(int64 code, const char* why, ...)
{
  char text[160];
  va_list arguments;
  va_start(arguments, why);
  kvsnprintf(text, sizeof(text), why, arguments);
  va_end(arguments);

  kprintf("%s (%zu): %s\n", getName(), getPid(), text);
  debug(USERPROCESS, "%s (%zu): %s\n", getName(), getPid(), text);
  printBacktrace();
  exit(code);
}
