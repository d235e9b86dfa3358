#pragma once

#include "types.h"

/// A lock for very short sections that every context may need, interrupt handlers included: interrupts stay disabled
/// from acquire() to release(), so on one CPU nobody ever spins. The page manager and the heap use it.
///
/// Never block, and never acquire a Mutex, while holding one. Acquiring a SpinLock one holds panics.
class SpinLock
{
public:
  /// `name` must outlive the lock.
  constexpr explicit SpinLock(const char* name) : name_(name) {}
  SpinLock(const SpinLock&) = delete;
  SpinLock& operator=(const SpinLock&) = delete;

  void acquire();
  void release();

  [[nodiscard]] const char* getName() const { return name_; }

private:
  const char* const name_;
  uint64 locked_ = 0;
  bool interrupts_were_enabled_ = false;
};

/// Holds a SpinLock while it lives.
class ScopeSpinLock
{
public:
  explicit ScopeSpinLock(SpinLock& lock) : lock_(lock) { lock_.acquire(); }
  ~ScopeSpinLock() { lock_.release(); }
  ScopeSpinLock(const ScopeSpinLock&) = delete;
  ScopeSpinLock& operator=(const ScopeSpinLock&) = delete;

private:
  SpinLock& lock_;
};
