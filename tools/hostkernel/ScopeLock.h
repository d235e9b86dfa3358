#pragma once

#include "Mutex.h"

/// The kernel's ScopeLock, over the stand-in Mutex.
class ScopeLock
{
public:
  explicit ScopeLock(Mutex& mutex) : mutex_(mutex) { mutex_.acquire(); }
  ~ScopeLock() { mutex_.release(); }
  ScopeLock(const ScopeLock&) = delete;
  ScopeLock& operator=(const ScopeLock&) = delete;

private:
  Mutex& mutex_;
};
