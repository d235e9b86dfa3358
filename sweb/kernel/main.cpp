#include "ArchCommon.h"
#include "ArchInterrupts.h"
#include "ArchThreads.h"
#include "Clock.h"
#include "Console.h"
#include "InitArray.h"
#include "PageManager.h"
#include "Scheduler.h"
#include "Thread.h"
#include "debug.h"

/// The kernel's main function, on the boot stack with interrupts disabled. The order matters: each step uses what the steps
/// before have set up.
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

  debug(MAIN, "Interrupts\n");
  ArchInterrupts::enableTimer();
  Console::startThreads();

  debug(MAIN, "Starting threads\n");
  system_state = RUNNING;
  ArchThreads::yield();
  // Nobody was interrupted here, so nobody comes back.
  ArchCommon::halt();
}
