#include "Notification.h"

#include "ArchInterrupts.h"
#include "ArchThreads.h"
#include "Clock.h"
#include "InterruptGuard.h"
#include "Scheduler.h"
#include "Thread.h"
#include "assert.h"

Notification::~Notification()
{
  assert(!waiter_ && "somebody waits for a notification that is being destroyed");
}

void Notification::notify()
{
  InterruptGuard guard;
  pending_ = true;
  if (waiter_)
    Scheduler::instance()->makeReady(waiter_);
}

bool Notification::waitUntil(uint64 deadline_ns)
{
  assert(system_state == RUNNING && "only threads can wait");
  InterruptGuard guard;
  assert(!waiter_ && "one thread at a time waits for a notification");
  bool in_time = true;
  while (!pending_ && in_time)
  {
    waiter_ = currentThread;
    in_time = Scheduler::instance()->block(nullptr, deadline_ns);
    waiter_ = nullptr;
  }
  return poll();
}

bool Notification::waitUnlessKilled()
{
  assert(system_state == RUNNING && "only threads can wait");
  InterruptGuard guard;
  assert(!waiter_ && "one thread at a time waits for a notification");
  while (!pending_ && !currentThread->isKillPending())
  {
    waiter_ = currentThread;
    Scheduler::instance()->blockWakeable(Clock::NEVER);
    waiter_ = nullptr;
  }
  return poll();
}

bool Notification::poll()
{
  InterruptGuard guard;
  const bool was_pending = pending_;
  pending_ = false;
  return was_pending;
}
