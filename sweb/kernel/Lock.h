#pragma once

#include "ThreadQueue.h"
#include "types.h"

class Thread;

/// What Mutex and Condition have in common: a name, a queue of sleeping threads, and the bookkeeping for the lock dump
/// (F10) and the deadlock check.
///
/// As long as the system is not RUNNING there is one flow of control and all operations are no-ops.
class Lock
{
public:
  /// `name` must outlive the lock: it is not copied, because copying needs the heap and the heap needs locks.
  constexpr explicit Lock(const char* name) : name_(name) {}
  ~Lock();

  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;

  [[nodiscard]] const char* getName() const { return name_; }

  /// Address of the code that acquired or released the lock last.
  [[nodiscard]] pointer lastAccessedAt() const { return last_accessed_at_; }

  /// Prints the lock, its holder and its waiters to the debug output.
  void printStatus() const;

  /// Prints the locks of a thread to the debug output: those it holds and the one it waits for.
  static void printLocksOf(const Thread& thread);

protected:
  /// True while locks have a meaning: the scheduler runs and the kernel has not panicked.
  [[nodiscard]] static bool areInForce();

  /// True if the thread holds this lock and no other.
  [[nodiscard]] bool isOnlyLockOf(const Thread& thread) const;

  /// Puts the running thread into the queue and to sleep, until woken or `deadline_ns`. Interrupts are disabled.
  /// Returns false when the deadline came first.
  bool sleepInQueue(uint64 deadline_ns);

  /// Panics with the whole story if waiting for this lock would close a cycle of threads waiting for each other.
  void checkForDeadlock(pointer call_site) const;

  void addToHolder(Thread* thread, pointer call_site);
  void removeFromHolder(pointer call_site);

  const char* const name_;
  Thread* held_by_ = nullptr;
  Lock* next_of_holder_ = nullptr; ///< in the holder's list of locks
  pointer last_accessed_at_ = 0;
  ThreadQueue waiters_;
};
