#pragma once

#include "Mutex.h"

/// Stand-in for the kernel's Condition.
class Condition
{
public:
  Condition(Mutex* mutex, const char* name);
  ~Condition();
  Condition(const Condition&) = delete;
  Condition& operator=(const Condition&) = delete;

  void wait();
  void signal();
  void broadcast();

private:
  struct Native;
  Native* native_;
  Mutex* mutex_;
};
