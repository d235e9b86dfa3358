#include "ProcessRegistry.h"

#include "ArchCommon.h"
#include "ArchMemory.h"
#include "Clock.h"
#include "FileSystemInfo.h"
#include "KernelMemoryManager.h"
#include "KernelStack.h"
#include "MemoryReservation.h"
#include "PageManager.h"
#include "Power.h"
#include "ProgramArguments.h"
#include "Scheduler.h"
#include "ScopeLock.h"
#include "Terminal.h"
#include "UserProcess.h"
#include "VfsSyscall.h"
#include "VmSyscalls.h"
#include "assert.h"
#include "debug.h"
#include "errno.h"
#include "kformat.h"
#include "kprintf.h"
#include "syscall-definitions.h"
#include "user_progs.h"

namespace
{
constexpr uint64 SECOND_NS = 1'000'000'000;
/// How long processes have to leave the kernel when the system shuts down.
constexpr uint64 SHUTDOWN_PATIENCE_NS = 3 * SECOND_NS;

const char* stateName(Thread::State state)
{
  switch (state)
  {
  case Thread::Running:
    return "running";
  case Thread::Sleeping:
    return "sleeping";
  case Thread::ToBeDestroyed:
    return "ending";
  }
  return "?";
}

/// Everything but the heap, and the page tables it needs, gives its pages back when it ends.
size_t freeAndHeapPages()
{
  return PageManager::instance()->getNumFreePages() + KernelMemoryManager::instance()->getNumPages() +
         ArchMemory::getNumWindowTables();
}
} // namespace

ProcessRegistry* ProcessRegistry::instance_ = nullptr;

ProcessRegistry::ProcessRegistry(FileSystemInfo* root_directory)
    : Thread(root_directory, "ProcessRegistry", KERNEL_THREAD), lock_("ProcessRegistry::lock_"),
      changed_(&lock_, "ProcessRegistry::changed_")
{
  assert(instance_ == nullptr);
  instance_ = this;
}

void ProcessRegistry::Run()
{
  const MemoryReservation memory(MemoryReservation::SYSTEM_CALL_PAGES); // for shutting down
  const bool has_programs = mountFileSystems();
  pages_at_start_ = freeAndHeapPages();

  if (has_programs)
    startFirstPrograms();
  waitForEnd();

  debug(PROCESS_REG, "no process is left; unmounting\n");
  if (const int64 error = VfsSyscall::shutdown(); error < 0)
    kprintf("SWEB: not everything could be unmounted (error %ld); what was in use is read-only now\n", -error);
  reportLeaks();
  Scheduler::instance()->printStackTraces();
  Scheduler::instance()->printThreadList();

  if (shutdown_requested_ && shutdown_how_ == reboot_restart)
    Power::reset();
  if (shutdown_requested_ || ArchCommon::commandLineHas("poweroff-on-exit"))
    Power::off();
  kprintf("SWEB: no program is running and the disks are unmounted; the machine may be switched off.\n");

  // Stays for whoever still asks for the registry; sleeping costs nothing.
  for (;;)
    Scheduler::instance()->sleep();
}

bool ProcessRegistry::mountFileSystems()
{
  if (VfsSyscall::mkdir("/dev") < 0 || VfsSyscall::mount("", "/dev", "devicefs") < 0)
    kprintf("SWEB: cannot mount /dev\n");
  if (const int64 error = VfsSyscall::mkdir("/usr"); error < 0)
    kprintf("SWEB: cannot make /usr (error %ld)\n", -error);

  const int64 error = VfsSyscall::mount("idea1", "/usr", "minixfs");
  if (error == -ENODEV)
    kprintf("SWEB: no programs: the first disk has no second partition (idea1). Attach SWEB.img as the first disk.\n");
  else if (error < 0)
    kprintf("SWEB: no programs: idea1 holds no sound Minix file system (error %ld). Build SWEB.img anew.\n", -error);
  return error >= 0;
}

void ProcessRegistry::startFirstPrograms()
{
  for (size_t i = 0; user_progs[i] != nullptr; ++i)
  {
    ProgramArguments arguments;
    int64 result = arguments.add(user_progs[i]);
    if (result == 0)
      result = createProcess(user_progs[i], arguments, *default_working_dir, Terminal::get(1), false);
    if (result < 0)
      kprintf("SWEB: cannot start %s: error %ld\n", user_progs[i], -result);
  }
}

void ProcessRegistry::waitForEnd()
{
  {
    ScopeLock guard(lock_);
    while (running_ > 0 && !shutdown_requested_)
      changed_.wait();
    killAll();
  }
  // After that no process waits for a VM any more.
  VmSyscalls::shutdown();

  ScopeLock guard(lock_);
  const uint64 deadline = Clock::nanoseconds() + SHUTDOWN_PATIENCE_NS;
  while (running_ > 0)
  {
    if (!changed_.waitUntil(deadline))
    {
      debug(PROCESS_REG, "%zu processes do not end; going on without them\n", running_);
      return;
    }
  }
}

void ProcessRegistry::killAll()
{
  for (Record& record : records_)
  {
    if (record.process != nullptr)
      record.process->kill();
  }
}

int64 ProcessRegistry::createProcess(const char* path, const ProgramArguments& arguments,
                                     const FileSystemInfo& working_dir, Terminal* terminal, bool awaited)
{
  UserProcess* process = nullptr;
  if (const int64 error = UserProcess::create(path, arguments, working_dir, terminal, process); error != 0)
    return error;

  ScopeLock guard(lock_);
  if (shutdown_requested_ || !records_.tryGrow())
  {
    delete process; // not registered yet, so its destructor does not come back here
    return shutdown_requested_ ? -EBUSY : -ENOMEM;
  }
  const size_t pid = process->getPid();
  process->registered_pid_ = pid;
  records_.push_back({.pid = pid, .process = process, .awaited = awaited, .gone = false, .exit_code = 0});
  ++running_;
  debug(PROCESS_REG, "process %zu is %s\n", pid, path);
  Scheduler::instance()->addNewThread(process);
  return static_cast<int64>(pid);
}

int64 ProcessRegistry::waitForProcess(size_t pid, int64& exit_code)
{
  ScopeLock guard(lock_);
  for (;;)
  {
    Record* record = find(pid);
    if (record == nullptr || !record->awaited)
      return -ESRCH;
    if (record->gone)
    {
      exit_code = record->exit_code;
      records_.erase(record);
      return 0;
    }
    changed_.wait();
  }
}

void ProcessRegistry::processEnds(size_t pid)
{
  ScopeLock guard(lock_);
  Record* record = find(pid);
  assert(record != nullptr);
  record->process = nullptr;
}

void ProcessRegistry::processGone(size_t pid, int64 exit_code)
{
  ScopeLock guard(lock_);
  Record* record = find(pid);
  assert(record != nullptr && running_ > 0);
  --running_;
  record->gone = true;
  record->exit_code = exit_code;
  if (!record->awaited)
    records_.erase(record);
  changed_.broadcast();
}

size_t ProcessRegistry::processCount()
{
  ScopeLock guard(lock_);
  return running_;
}

bool ProcessRegistry::interruptForeground(const Terminal& terminal)
{
  ScopeLock guard(lock_);
  for (size_t i = records_.size(); i-- > 0;)
  {
    UserProcess* process = records_[i].process;
    if (process == nullptr || !records_[i].awaited || process->getTerminal() != &terminal)
      continue;
    process->exit_code_ = UserProcess::EXIT_INTERRUPTED;
    process->kill();
    return true;
  }
  return false;
}

int64 ProcessRegistry::requestShutdown(size_t how)
{
  if (how != reboot_power_off && how != reboot_restart)
    return -EINVAL;
  ScopeLock guard(lock_);
  shutdown_requested_ = true;
  shutdown_how_ = how;
  changed_.broadcast();
  return 0;
}

size_t ProcessRegistry::listProcesses(char* buffer, size_t size)
{
  ScopeLock guard(lock_);
  BufferSink sink(buffer, size);
  for (const Record& record : records_)
  {
    if (record.process == nullptr)
      continue;
    const Terminal* terminal = record.process->getTerminal();
    kformat(sink, "%5zu  %-8s  %8u  %s\n", record.pid, stateName(record.process->getState()),
            terminal != nullptr ? terminal->number() : 0, record.process->getName());
  }
  return sink.finish();
}

void ProcessRegistry::reportLeaks() const
{
  const size_t pages = freeAndHeapPages();
  MemoryReservation::printUse();
  KernelStack::printUse();
  debug(PROCESS_REG, "free and heap pages: %zu before the first program, %zu now\n", pages_at_start_, pages);
  if (pages < pages_at_start_)
    debug(PROCESS_REG, "warning: %zu pages were not given back\n", pages_at_start_ - pages);
}

ProcessRegistry::Record* ProcessRegistry::find(size_t pid)
{
  for (Record& record : records_)
  {
    if (record.pid == pid)
      return &record;
  }
  return nullptr;
}
