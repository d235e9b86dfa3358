#pragma once

class Thread;

/// Stand-in for the kernel's Mutex on the developer's machine: a real one, so that host tests can use real threads.
/// Like the kernel's it refuses to be taken twice by the same thread (by aborting).
class Mutex
{
public:
  explicit Mutex(const char* name);
  ~Mutex();
  Mutex(const Mutex&) = delete;
  Mutex& operator=(const Mutex&) = delete;

  void acquire();
  void release();

private:
  friend class Condition;
  struct Native;
  Native* native_;
};
