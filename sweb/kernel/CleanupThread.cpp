#include "CleanupThread.h"

#include "MemoryReservation.h"
#include "Scheduler.h"
#include "assert.h"
#include "debug.h"

void CleanupThread::Run()
{
  // Closing files writes them. Made at boot, when there is memory, and for good.
  const MemoryReservation memory(MemoryReservation::SYSTEM_CALL_PAGES);
  assert(memory.isValid());
  for (;;)
  {
    something_died_.wait();
    while (Thread* thread = Scheduler::instance()->takeDeadThread())
    {
      debug(THREAD, "Deleting thread %zu (%s)\n", thread->getTID(), thread->getName());
      delete thread;
    }
  }
}
