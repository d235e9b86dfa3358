#pragma once

#include "types.h"

class Thread;

/// An event a single thread waits for, with memory: a notification that comes before the wait is not lost, several of
/// them count as one. The bridge from interrupt handlers to threads.
///
/// One thread at a time may wait; it may hold locks while it does.
class Notification
{
public:
  constexpr Notification() = default;
  ~Notification();
  Notification(const Notification&) = delete;
  Notification& operator=(const Notification&) = delete;

  /// Wakes the waiting thread, or lets the next wait return at once. Callable from every context.
  void notify();

  /// Sleeps until notified; consumes the notification.
  void wait() { (void)waitUntil(~0UL); }

  /// As wait(), at most until the clock (Clock::nanoseconds()) shows `deadline_ns`, with the precision of the timer
  /// tick. Returns false if the time ran out without a notification.
  bool waitUntil(uint64 deadline_ns);

  /// As wait(), but returns false, with nothing consumed, as soon as somebody wants the thread to end (Thread::kill()).
  [[nodiscard]] bool waitUnlessKilled();

  /// Consumes a notification if there is one, without waiting.
  bool poll();

private:
  bool pending_ = false;
  Thread* waiter_ = nullptr;
};
