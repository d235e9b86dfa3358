#include "CleanupThread.h"

#include "Scheduler.h"
#include "debug.h"

void CleanupThread::Run()
{
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
