#include "ProcessSyscall.h"

#include "ArchThreads.h"
#include "FileSystemInfo.h"
#include "ProcessRegistry.h"
#include "ProgramArguments.h"
#include "TransferBuffer.h"
#include "UserMemory.h"
#include "UserPath.h"
#include "UserProcess.h"
#include "errno.h"

int64 ProcessSyscall::createProcess(pointer user_path, bool wait, pointer argv, pointer user_exit_code)
{
  const UserPath path(user_path);
  if (path.error() != 0)
    return path.error();
  ProgramArguments arguments;
  const int64 argument_error = argv != 0 ? arguments.addFromUser(argv) : arguments.add(path.text());
  if (argument_error != 0)
    return argument_error;

  const int64 pid = ProcessRegistry::instance()->createProcess(
      path.text(), arguments, *currentThread->getWorkingDirInfo(), currentThread->getTerminal(), wait);
  if (pid < 0 || !wait)
    return pid;

  int64 exit_code = 0;
  if (const int64 error = ProcessRegistry::instance()->waitForProcess(static_cast<size_t>(pid), exit_code); error != 0)
    return error;
  if (user_exit_code == 0)
    return pid;
  const int64 error = UserMemory::copyOut(user_exit_code, &exit_code, sizeof(exit_code));
  return error != 0 ? error : pid;
}

int64 ProcessSyscall::getPid()
{
  return static_cast<int64>(UserProcess::current()->getPid());
}

int64 ProcessSyscall::processList(pointer buffer, size_t size)
{
  const TransferBuffer text(size);
  if (!text.isValid())
    return -ENOMEM;
  const size_t length = ProcessRegistry::instance()->listProcesses(text.data(), text.size());
  const size_t copied = length < text.size() ? length + 1 : text.size();
  const int64 error = UserMemory::copyOut(buffer, text.data(), copied);
  return error != 0 ? error : static_cast<int64>(length);
}
