#include "Mutex.h"

#include "ArchInterrupts.h"
#include "ArchThreads.h"
#include "InterruptGuard.h"
#include "Scheduler.h"
#include "Thread.h"
#include "assert.h"

#define CALLER reinterpret_cast<pointer>(__builtin_return_address(0))

void Mutex::acquire()
{
  acquireFrom(CALLER);
}

void Mutex::acquireFrom(pointer call_site)
{
  if (!areInForce())
    return;
  assert(ArchInterrupts::testIFSet() && "a Mutex may have to wait, which needs interrupts");
  InterruptGuard guard;
  if (!held_by_)
  {
    addToHolder(currentThread, call_site);
    return;
  }
  checkForDeadlock(call_site);
  sleepInQueue(~0UL);
  assert(held_by_ == currentThread && "release() has handed the mutex over");
  last_accessed_at_ = call_site;
}

bool Mutex::acquireNonBlocking()
{
  if (!areInForce())
    return true;
  InterruptGuard guard;
  if (held_by_)
    return false;
  addToHolder(currentThread, CALLER);
  return true;
}

void Mutex::release()
{
  releaseFrom(CALLER);
}

void Mutex::releaseFrom(pointer call_site)
{
  if (!areInForce())
    return;
  InterruptGuard guard;
  if (held_by_ != currentThread)
  {
    printStatus();
    kpanict("Thread %zu (%s) releases mutex %s, which it does not hold", currentThread->getTID(),
            currentThread->getName(), name_);
  }
  removeFromHolder(call_site);
  if (const ThreadLink* first = waiters_.first())
  {
    addToHolder(first->thread, call_site);
    Scheduler::instance()->makeReady(first->thread);
  }
}

bool Mutex::isFree() const
{
  assert(!areInForce() || !ArchInterrupts::testIFSet());
  return !held_by_;
}
