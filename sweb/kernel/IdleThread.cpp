#include "IdleThread.h"

#include "ArchCommon.h"
#include "ArchInterrupts.h"
#include "Clock.h"
#include "InterruptGuard.h"
#include "PageManager.h"
#include "Scheduler.h"

constinit uint64 IdleThread::halted_at_ = 0;
constinit uint64 IdleThread::halted_ticks_ = 0;

void IdleThread::Run()
{
  // An interrupt that makes a thread ready switches to it by itself, so there is nothing to look at here.
  for (;;)
  {
    ArchInterrupts::disableInterrupts();
    Scheduler::instance()->prepareToHalt();
    if (halted_at_ == 0)
      halted_at_ = Clock::ticks();
    if (PageManager::instance()->zeroAhead())
      ArchInterrupts::enableInterrupts();
    else
      ArchCommon::idle();
  }
}

void IdleThread::endHalt()
{
  if (halted_at_ == 0)
    return;
  halted_ticks_ += Clock::ticks() - halted_at_;
  halted_at_ = 0;
}

void IdleThread::addHalt(uint64 ticks)
{
  InterruptGuard guard;
  halted_ticks_ += ticks;
}
