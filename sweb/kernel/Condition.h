#pragma once

#include "Lock.h"
#include "Mutex.h"

/// A condition variable bound to one Mutex, which must be held for every call. A signal without a waiter is lost, so
/// waiters test their condition in a loop.
///
/// While waiting, a thread may hold no other lock than the condition's mutex.
class Condition : public Lock
{
public:
  constexpr Condition(Mutex* mutex, const char* name) : Lock(name), mutex_(mutex) {}

  /// Releases the mutex, sleeps until signalled, and acquires the mutex again unless told otherwise.
  void wait(bool re_acquire_mutex = true);

  /// As wait(false).
  void waitAndRelease() { wait(false); }

  /// As wait(), at most until the clock (Clock::nanoseconds()) shows `deadline_ns`, with the precision of the timer
  /// tick. Returns false if the time ran out; the mutex is held either way.
  [[nodiscard]] bool waitUntil(uint64 deadline_ns);

  /// Wakes the thread that waits longest.
  void signal();

  /// Wakes all waiting threads.
  void broadcast();

private:
  bool sleepReleasingMutex(uint64 deadline_ns, pointer call_site);

  Mutex* const mutex_;
};
