#pragma once

#include "ThreadQueue.h"
#include "types.h"

class CleanupThread;
class IdleThread;
class Thread;

/// Decides who runs: round robin among the ready threads, the idle thread when there is none. A thread that an
/// interrupt wakes goes first as long as it has used less than its share (CpuCredit).
///
/// Everything it keeps is intrusive and guarded by disabled interrupts, so it never allocates.
class Scheduler
{
public:
  [[nodiscard]] static Scheduler* instance();

  /// Creates the idle and the cleanup thread. Needs the heap.
  void initialise();

  /// Hands a thread over; it may run at once. Any thread, interrupts enabled or disabled.
  void addNewThread(Thread* thread);

  /// Puts the running thread to sleep until wake(). If wake() came since its last sleep, it returns at once.
  void sleep();

  /// As sleep(), at most until the clock shows `deadline_ns`. Returns false if the time ran out.
  bool sleepUntil(uint64 deadline_ns);

  /// Wakes a thread from sleep(), or lets its next sleep() return at once. A thread that waits for a lock is left
  /// alone. Usable in interrupt handlers.
  void wake(Thread* thread);

  /// Gives the CPU to the next ready thread.
  void yield();

  /// Whether a thread is ready to run that does not run.
  [[nodiscard]] bool isAnyoneWaiting() const;

  /// Calls `visit(thread, argument)` for every thread, interrupts disabled.
  void forEachThread(void (*visit)(Thread* thread, void* argument), void* argument) const;

  void printThreadList() const;
  void printStackTraces() const;
  void printLockingInformation() const;

  // -- for the locks: interrupts disabled

  /// Puts the running thread to sleep, queued in `queue` (null for none), until makeReady() or `deadline_ns`.
  /// Returns false if the time ran out.
  bool block(ThreadQueue* queue, uint64 deadline_ns);

  /// As block() without a queue, but wake() and kill() end it too.
  bool blockWakeable(uint64 deadline_ns);

  /// Ends a thread's sleep. In an interrupt handler, a thread with credit goes first and preempts.
  void makeReady(Thread* thread);

  // -- for the interrupt layer: interrupts disabled

  /// A device's interrupt handler is about to run.
  void beginInterrupt();

  /// True while one runs: what it interrupted is currentThread, but must not be made to wait.
  [[nodiscard]] bool isInInterrupt() const { return in_interrupt_; }

  /// It has run. Returns whether the interrupt shall end in schedule().
  [[nodiscard]] bool endInterrupt();

  /// Counts a timer tick, wakes threads whose time has come, and asks for a reschedule if the running thread has had
  /// its turn.
  void tick();

  /// Chooses the next thread and points currentThread and currentThreadRegisters at it.
  void schedule();

  // -- for VcpuThread

  /// The running thread is about to run a guest, and has a timer of its own that brings it back. If nobody else wants
  /// the CPU, now or shortly, the tick stops until resumeTick(), or until somebody is ready after all. Returns the time
  /// at which the thread has to be back, with the tick or without.
  [[nodiscard]] uint64 stopTick();

  /// The time for a guest that a tick will interrupt before that.
  [[nodiscard]] static uint64 endOfTurn();

  /// The guest is back: the tick goes on.
  void resumeTick();

  // -- for IdleThread

  /// The CPU is about to halt. The tick shares the CPU among threads and wakes those whose time has come: without any,
  /// it may stop.
  void prepareToHalt();

  // -- for Thread

  /// Takes an ended thread off every queue and hands it to the cleanup thread.
  void retire(Thread* thread);

private:
  friend class CleanupThread;

  constexpr Scheduler() = default;

  /// Unlinks and returns one ended thread that is not running, null if there is none.
  Thread* takeDeadThread();
  void wakeTimedSleepers();

  /// Takes from the running thread's credit what it has used since it was asked last.
  void charge();

  /// Queues a thread behind all others that are ready.
  void queueUp(Thread* thread);

  /// Takes out the thread that shall run next.
  Thread* takeNext();
  void insertDeadline(Thread* thread);

  static Scheduler instance_;

  ThreadQueue all_;
  ThreadQueue woken_; ///< by interrupts; they go before the ready ones
  ThreadQueue ready_;
  ThreadQueue dead_;
  ThreadQueue timed_;
  size_t thread_count_ = 0;
  uint64 ticks_ =
      0; ///< fewer than by the clock: there are none while the CPU is idle, few while a guest has it for itself
  uint64 charged_until_ns_ = 0;
  bool reschedule_wanted_ = false; ///< the running thread did not ask for it
  bool in_interrupt_ = false;
  bool tick_stopped_ = false;
  bool quiet_ = false; ///< nobody has been ready for a tick, or will be before the next: the tick may be paused
  IdleThread* idle_thread_ = nullptr;
  CleanupThread* cleanup_thread_ = nullptr;
};
