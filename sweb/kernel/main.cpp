#include "ArchCommon.h"
#include "ArchInterrupts.h"
#include "ArchThreads.h"
#include "Clock.h"
#include "Console.h"
#include "FileSystemInfo.h"
#include "IDEDriver.h"
#include "InitArray.h"
#include "MinixFSType.h"
#include "PageManager.h"
#include "ProcessRegistry.h"
#include "RamFSType.h"
#include "RealTimeClock.h"
#include "Scheduler.h"
#include "Thread.h"
#include "VirtualFileSystem.h"
#include "VmScreens.h"
#include "debug.h"
#include "ualgorithm.h"

namespace
{
/// Bytes of RAM a mounted file system may cache blocks in: little on a machine of 4 MB, enough on a large one.
size_t blockCacheMemory()
{
  const size_t share = PageManager::instance()->getTotalNumPages() * PAGE_SIZE / 64;
  return ustl::min<size_t>(ustl::max<size_t>(share, 64 * 1024), 2 * 1024 * 1024);
}

/// Bytes of RAM the files of the root file system may take.
uint64 ramfsMemory()
{
  return PageManager::instance()->getTotalNumPages() * PAGE_SIZE / 2;
}
} // namespace

/// The kernel's main function, on the boot stack with interrupts disabled. The order matters: each step uses what the
/// steps before have set up.
[[noreturn]] void startup()
{
  ArchInterrupts::initialise(); // first, so that a mistake in what follows is reported
  PageManager::instance()->initialise();
  InitArray::runConstructors();
  Clock::initialise();
  ArchThreads::initialise();
  Console::initialise();

  debug(MAIN, "Threads\n");
  Scheduler::instance()->initialise();

  debug(MAIN, "File systems\n");
  RamFSType::setLimit(ramfsMemory());
  VirtualFileSystem::instance().initialise();
  MinixFSType::setCacheMemory(blockCacheMemory());
  VirtualFileSystem::instance().setWallClock([] { return static_cast<uint32>(RealTimeClock::wallClock()); });

  debug(MAIN, "Disks\n");
  IDEDriver::detectDrives();

  debug(MAIN, "Interrupts\n");
  ArchInterrupts::enableTimer();
  Console::startThreads();
  VmScreens::startThread();

  debug(MAIN, "Starting threads\n");
  Scheduler::instance()->addNewThread(new ProcessRegistry(default_working_dir));
  system_state = RUNNING;
  ArchThreads::yield();
  // Nobody was interrupted here, so nobody comes back.
  ArchCommon::halt();
}
