#include "IdleThread.h"

#include "ArchCommon.h"
#include "ArchInterrupts.h"

void IdleThread::Run()
{
  // An interrupt that makes a thread ready switches to it by itself, so there is nothing to look at here.
  for (;;)
  {
    ArchInterrupts::disableInterrupts();
    ArchCommon::idle();
  }
}
