#include "Lock.h"

#include "ArchThreads.h"
#include "Backtrace.h"
#include "DebugSink.h"
#include "Scheduler.h"
#include "Thread.h"
#include "assert.h"
#include "kformat.h"
#include "kprintf.h"

Lock::~Lock()
{
  if (!areInForce())
    return;
  if (!waiters_.isEmpty() || held_by_)
  {
    printStatus();
    kpanict("Lock %s is destroyed while it is in use", name_);
  }
}

bool Lock::areInForce()
{
  return system_state == RUNNING;
}

bool Lock::isOnlyLockOf(const Thread& thread) const
{
  return thread.holding_lock_list_ == this && !next_of_holder_;
}

bool Lock::sleepInQueue(uint64 deadline_ns)
{
  currentThread->lock_waiting_on_ = this;
  const bool woken = Scheduler::instance()->block(&waiters_, deadline_ns);
  currentThread->lock_waiting_on_ = nullptr; // if the deadline had passed already
  return woken;
}

void Lock::addToHolder(Thread* thread, pointer call_site)
{
  held_by_ = thread;
  last_accessed_at_ = call_site;
  next_of_holder_ = thread->holding_lock_list_;
  thread->holding_lock_list_ = this;
}

void Lock::removeFromHolder(pointer call_site)
{
  Lock** link = &held_by_->holding_lock_list_;
  while (*link != this)
  {
    assert(*link && "a held lock is on its holder's list");
    link = &(*link)->next_of_holder_;
  }
  *link = next_of_holder_;
  next_of_holder_ = nullptr;
  held_by_ = nullptr;
  last_accessed_at_ = call_site;
}

void Lock::checkForDeadlock(pointer call_site) const
{
  for (const Lock* lock = this; lock && lock->held_by_; lock = lock->held_by_->lock_waiting_on_)
  {
    if (lock->held_by_ != currentThread)
      continue;
    kprintfd("DEADLOCK: thread %zu (%s) would wait for lock %s at %#lx, but\n", currentThread->getTID(),
             currentThread->getName(), name_, call_site);
    for (const Lock* link = this;; link = link->held_by_->lock_waiting_on_)
    {
      link->printStatus();
      if (link == lock)
        break;
    }
    kpanict("Deadlock: thread %zu (%s) waits for lock %s, and its holder, in the end, for this thread",
            currentThread->getTID(), currentThread->getName(), name_);
  }
}

void Lock::printStatus() const
{
  DebugSink sink;
  kformat(sink, "  lock %s (%p), last used in ", name_, static_cast<const void*>(this));
  Backtrace::printCallSite(sink, last_accessed_at_);
  if (held_by_)
    kformat(sink, ", held by thread %zu (%s)\n", held_by_->getTID(), held_by_->getName());
  else
    kformat(sink, ", free\n");
  for (const ThreadLink* link = waiters_.first(); link; link = waiters_.after(*link))
    kformat(sink, "    thread %zu (%s) waits for it\n", link->thread->getTID(), link->thread->getName());
}

void Lock::printLocksOf(const Thread& thread)
{
  if (!thread.holding_lock_list_ && !thread.lock_waiting_on_)
    return;
  kprintfd("Thread %zu (%s)\n", thread.getTID(), thread.getName());
  if (thread.lock_waiting_on_)
  {
    kprintfd(" waits for\n");
    thread.lock_waiting_on_->printStatus();
  }
  if (thread.holding_lock_list_)
    kprintfd(" holds\n");
  for (const Lock* lock = thread.holding_lock_list_; lock; lock = lock->next_of_holder_)
    lock->printStatus();
}
