#pragma once

#include "Notification.h"
#include "Thread.h"

/// Deletes threads that have ended; nobody else does. It sleeps while there are none.
class CleanupThread : public Thread
{
public:
  CleanupThread() : Thread(nullptr, "CleanupThread", KERNEL_THREAD) {}
  [[noreturn]] void Run() override;

  /// There is a thread to delete. Callable in every context.
  void notify() { something_died_.notify(); }

private:
  Notification something_died_;
};
