#include "Condition.h"

#include "ArchInterrupts.h"
#include "ArchThreads.h"
#include "InterruptGuard.h"
#include "Scheduler.h"
#include "Thread.h"
#include "assert.h"

#define CALLER reinterpret_cast<pointer>(__builtin_return_address(0))

void Condition::wait(bool re_acquire_mutex)
{
  if (!areInForce())
    return;
  sleepReleasingMutex(~0UL, CALLER);
  if (re_acquire_mutex)
    mutex_->acquireFrom(CALLER);
}

bool Condition::waitUntil(uint64 deadline_ns)
{
  if (!areInForce())
    return false;
  const bool signalled = sleepReleasingMutex(deadline_ns, CALLER);
  mutex_->acquireFrom(CALLER);
  return signalled;
}

bool Condition::sleepReleasingMutex(uint64 deadline_ns, pointer call_site)
{
  assert(ArchInterrupts::testIFSet());
  assert(mutex_->isHeldBy(currentThread) && "waiting needs the condition's mutex");
  assert(mutex_->isOnlyLockOf(*currentThread) && "a thread that waits for a condition holds no other lock");
  last_accessed_at_ = call_site;
  // Between releasing the mutex and being asleep nobody else may run, or a signal could be lost.
  InterruptGuard guard;
  mutex_->releaseFrom(call_site);
  return sleepInQueue(deadline_ns);
}

void Condition::signal()
{
  if (!areInForce())
    return;
  assert(mutex_->isHeldBy(currentThread) && "signalling needs the condition's mutex");
  InterruptGuard guard;
  last_accessed_at_ = CALLER;
  if (const ThreadLink* first = waiters_.first())
    Scheduler::instance()->makeReady(first->thread);
}

void Condition::broadcast()
{
  if (!areInForce())
    return;
  assert(mutex_->isHeldBy(currentThread) && "signalling needs the condition's mutex");
  InterruptGuard guard;
  last_accessed_at_ = CALLER;
  while (const ThreadLink* first = waiters_.first())
    Scheduler::instance()->makeReady(first->thread);
}
