#pragma once

#include "Lock.h"

/// Mutual exclusion between threads; whoever has to wait sleeps. First come, first served: release() hands the mutex
/// to the thread that waits longest.
///
/// Only threads may use it, with interrupts enabled. Acquiring a mutex one holds, and closing a cycle of waiters, print
/// the locks and threads involved and panic; so does releasing somebody else's.
class Mutex : public Lock
{
public:
  constexpr explicit Mutex(const char* name) : Lock(name) {}

  void acquire();

  /// Takes the mutex if it is free; returns whether it did.
  [[nodiscard]] bool acquireNonBlocking();

  void release();

  [[nodiscard]] bool isHeldBy(const Thread* thread) const { return held_by_ == thread; }
  [[nodiscard]] Thread* heldBy() const { return held_by_; }

  /// True if nobody holds it. The answer is only worth something with interrupts disabled, so they must be.
  [[nodiscard]] bool isFree() const;

private:
  friend class Condition;

  void acquireFrom(pointer call_site);
  void releaseFrom(pointer call_site);
};
