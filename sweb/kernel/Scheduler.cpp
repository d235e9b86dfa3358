#include "Scheduler.h"

#include "ArchInterrupts.h"
#include "ArchThreads.h"
#include "CleanupThread.h"
#include "Clock.h"
#include "CpuCredit.h"
#include "IdleThread.h"
#include "InterruptGuard.h"
#include "Lock.h"
#include "Thread.h"
#include "assert.h"
#include "debug.h"
#include "kprintf.h"
#include "ualgorithm.h"

namespace
{
/// Longer than between two ticks: who looks at the time by himself does not have to when the tick does it.
constexpr uint64 TURN_WITH_TICK_NS = CpuCredit::TURN + CpuCredit::TURN / 2;
/// As often as this everything that depends on the tick gets one: the status line, and whatever shows what a guest has
/// put out.
constexpr uint64 TURN_WITHOUT_TICK_NS = 40'000'000;
} // namespace

constinit Scheduler Scheduler::instance_;

Scheduler* Scheduler::instance()
{
  return &instance_;
}

void Scheduler::initialise()
{
  idle_thread_ = new IdleThread;
  assert(idle_thread_->isUsable());
  all_.pushBack(idle_thread_->all_link_); // never in the ready queue: it runs when that is empty
  ++thread_count_;
  cleanup_thread_ = new CleanupThread;
  addNewThread(cleanup_thread_);
}

void Scheduler::addNewThread(Thread* thread)
{
  assert(thread->isUsable() && thread->state_ == Thread::Running);
  ArchThreads::debugCheckNewThread(thread);
  InterruptGuard guard;
  resumeTick();
  all_.pushBack(thread->all_link_);
  ++thread_count_;
  ready_.pushBack(thread->queue_link_); // its first turn is in its credit already
  debug(SCHEDULER, "New thread %zu (%s)\n", thread->getTID(), thread->getName());
}

void Scheduler::yield()
{
  if (system_state != RUNNING || !currentThread)
    return;
  ArchThreads::yield();
}

bool Scheduler::block(ThreadQueue* queue, uint64 deadline_ns)
{
  assert(!ArchInterrupts::testIFSet() && !in_interrupt_ && "only a thread can wait");
  assert(currentThread != idle_thread_ && currentThread->state_ == Thread::Running);
  Thread* thread = currentThread;
  thread->timed_out_ = false;
  if (deadline_ns != Clock::NEVER && deadline_ns <= Clock::nanoseconds())
    return false;
  thread->state_ = Thread::Sleeping;
  if (queue)
    queue->pushBack(thread->queue_link_);
  if (deadline_ns != Clock::NEVER)
  {
    thread->deadline_ns_ = deadline_ns;
    insertDeadline(thread);
  }
  ArchThreads::yield();
  return !thread->timed_out_;
}

bool Scheduler::blockWakeable(uint64 deadline_ns)
{
  Thread* thread = currentThread;
  thread->accepts_wake_ = true;
  const bool woken = block(nullptr, deadline_ns);
  thread->accepts_wake_ = false;
  return woken;
}

void Scheduler::insertDeadline(Thread* thread)
{
  for (ThreadLink* link = timed_.first(); link; link = timed_.after(*link))
    if (link->thread->deadline_ns_ > thread->deadline_ns_)
    {
      ThreadQueue::insertBefore(*link, thread->deadline_link_);
      return;
    }
  timed_.pushBack(thread->deadline_link_);
}

void Scheduler::makeReady(Thread* thread)
{
  assert(!ArchInterrupts::testIFSet());
  if (thread->state_ != Thread::Sleeping)
    return;
  ThreadQueue::remove(thread->queue_link_); // from a lock's queue
  thread->lock_waiting_on_ = nullptr;       // now, for it may be given the lock long before it runs
  ThreadQueue::remove(thread->deadline_link_);
  thread->state_ = Thread::Running;
  resumeTick();
  // Whoever waits for a device or a time goes first: it has been waiting, and will mostly wait again soon. Not,
  // however, a thread that computes most of the time and sleeps just often enough to go first always.
  if (in_interrupt_ && thread->credit_.isLeft())
  {
    woken_.pushBack(thread->queue_link_);
    reschedule_wanted_ = true;
    return;
  }
  queueUp(thread);
  if (in_interrupt_ && currentThread == idle_thread_)
    reschedule_wanted_ = true;
}

void Scheduler::sleep()
{
  sleepUntil(Clock::NEVER);
}

bool Scheduler::sleepUntil(uint64 deadline_ns)
{
  InterruptGuard guard;
  bool woken = true;
  if (!currentThread->wake_pending_ && !currentThread->kill_pending_)
    woken = blockWakeable(deadline_ns);
  currentThread->wake_pending_ = false;
  return woken;
}

void Scheduler::wake(Thread* thread)
{
  InterruptGuard guard;
  if (thread->state_ == Thread::Sleeping && thread->accepts_wake_)
    makeReady(thread);
  else
    thread->wake_pending_ = true;
}

void Scheduler::tick()
{
  ticks_ = ticks_ + 1;
  wakeTimedSleepers();
  charge();
  quiet_ = currentThread == idle_thread_;
  if (currentThread == idle_thread_ || (currentThread && !currentThread->credit_.isEnoughForATick()))
    reschedule_wanted_ = true;
}

uint64 Scheduler::stopTick()
{
  InterruptGuard guard;
  const uint64 now = Clock::nanoseconds();
  const ThreadLink* first = timed_.first();
  const uint64 wake_up = first ? first->thread->deadline_ns_ : Clock::NEVER;
  if (isAnyoneWaiting() || wake_up < now + TURN_WITH_TICK_NS)
    return now + TURN_WITH_TICK_NS;
  tick_stopped_ = true;
  ArchInterrupts::holdTimer();
  return ustl::min(wake_up, now + TURN_WITHOUT_TICK_NS);
}

uint64 Scheduler::endOfTurn()
{
  return Clock::nanoseconds() + TURN_WITH_TICK_NS;
}

void Scheduler::resumeTick()
{
  InterruptGuard guard;
  if (!tick_stopped_)
    return;
  tick_stopped_ = false;
  ArchInterrupts::releaseTimer();
  charged_until_ns_ = Clock::nanoseconds(); // nobody else wanted the time until now
}

void Scheduler::prepareToHalt()
{
  const ThreadLink* first = timed_.first();
  const uint64 deadline = first ? first->thread->deadline_ns_ : Clock::NEVER;
  // Most waits for a device are over before the next tick; stopping that would take longer than letting it come.
  quiet_ = quiet_ || (first && deadline < Clock::nanoseconds() + CpuCredit::TURN);
  if (quiet_)
    ArchInterrupts::pauseTimer(deadline);
}

void Scheduler::charge()
{
  const uint64 now = Clock::nanoseconds();
  if (currentThread && currentThread != idle_thread_)
    currentThread->credit_.spend(now - charged_until_ns_);
  charged_until_ns_ = now;
}

void Scheduler::queueUp(Thread* thread)
{
  thread->credit_.refill();
  ready_.pushBack(thread->queue_link_);
}

Thread* Scheduler::takeNext()
{
  if (Thread* thread = woken_.popFront())
    return thread;
  Thread* thread = ready_.popFront();
  // It used so much more than its last turn that this one is over before it begins.
  while (thread && !thread->credit_.isLeft())
  {
    queueUp(thread);
    thread = ready_.popFront();
  }
  return thread ? thread : idle_thread_;
}

void Scheduler::wakeTimedSleepers()
{
  if (timed_.isEmpty())
    return;
  const uint64 now = Clock::nanoseconds();
  while (const ThreadLink* link = timed_.first())
  {
    if (link->thread->deadline_ns_ > now)
      return;
    link->thread->timed_out_ = true;
    makeReady(link->thread);
  }
}

void Scheduler::beginInterrupt()
{
  in_interrupt_ = true;
  if (currentThread && currentThread == idle_thread_)
    IdleThread::endHalt();
}

bool Scheduler::endInterrupt()
{
  in_interrupt_ = false;
  return reschedule_wanted_ && currentThread && system_state == RUNNING;
}

void Scheduler::schedule()
{
  assert(!ArchInterrupts::testIFSet());
  resumeTick();
  charge();
  const bool preempted = reschedule_wanted_;
  reschedule_wanted_ = false;
  if (currentThread && currentThread != idle_thread_ && currentThread->schedulable())
  {
    if (preempted && currentThread->credit_.isEnoughForATick())
      ready_.pushFront(currentThread->queue_link_); // its turn goes on when those that were woken have run
    else
      queueUp(currentThread);
  }
  currentThread = takeNext();
  if (quiet_ && currentThread != idle_thread_)
  {
    quiet_ = false;
    ArchInterrupts::resumeTimer();
  }
  currentThreadRegisters =
      currentThread->switch_to_userspace_ ? currentThread->user_registers_ : currentThread->kernel_registers_;
}

void Scheduler::retire(Thread* thread)
{
  InterruptGuard guard;
  if (thread->state_ == Thread::ToBeDestroyed)
    return;
  ThreadQueue::remove(thread->queue_link_);
  ThreadQueue::remove(thread->deadline_link_);
  thread->state_ = Thread::ToBeDestroyed;
  reschedule_wanted_ = reschedule_wanted_ || in_interrupt_; // it may be the interrupted one
  dead_.pushBack(thread->queue_link_);
  cleanup_thread_->notify();
}

Thread* Scheduler::takeDeadThread()
{
  InterruptGuard guard;
  Thread* thread = dead_.popFront();
  if (!thread)
    return nullptr;
  ThreadQueue::remove(thread->all_link_);
  --thread_count_;
  return thread;
}

bool Scheduler::isAnyoneWaiting() const
{
  InterruptGuard guard;
  return !woken_.isEmpty() || !ready_.isEmpty();
}

void Scheduler::forEachThread(void (*visit)(Thread* thread, void* argument), void* argument) const
{
  InterruptGuard guard;
  for (const ThreadLink* link = all_.first(); link; link = all_.after(*link))
    visit(link->thread, argument);
}

void Scheduler::printThreadList() const
{
  static const char* const states[] = {"Running", "Sleeping", "ToBeDestroyed"};
  kprintfd("%zu threads, %lu ticks\n", thread_count_, ticks_);
  forEachThread(
      [](Thread* thread, void*)
      {
        kprintfd("%c %3zu %-32s %-13s %s\n", thread == currentThread ? '*' : ' ', thread->getTID(), thread->getName(),
                 states[thread->getState()], thread->switch_to_userspace_ ? "user mode" : "kernel mode");
      },
      nullptr);
}

void Scheduler::printStackTraces() const
{
  forEachThread([](Thread* thread, void*) { thread->printBacktrace(); }, nullptr);
}

void Scheduler::printLockingInformation() const
{
  kprintfd("Locks held and waited for\n");
  forEachThread([](Thread* thread, void*) { Lock::printLocksOf(*thread); }, nullptr);
}
