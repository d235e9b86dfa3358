#pragma once

#include "Notification.h"
#include "RefPtr.h"
#include "sweb_vmx.h"
#include "types.h"

/**
 * The hypervisor's checker of VM entries compared with this CPU: one run, on a thread of its own, because a process's
 * kernel stack is smaller than the hypervisor asks for.
 */
class CpuCheck : public RefCounted
{
public:
  CpuCheck(uint64 count, uint64 seed) : count_(count), seed_(seed) {}

  /// Makes the thread and waits for it; a process that is killed meanwhile leaves earlier, and the thread ends soon
  /// after. False if there is no memory for the thread. Once.
  [[nodiscard]] bool run();

  /// One of VMX_CHECK_*, once run() has returned.
  uint32 verdict() const { return verdict_; }
  /// Zero-terminated.
  const char* report() const { return report_; }

private:
  friend class CpuCheckThread;
  static constexpr size_t MAX_REPORT = 16 * 1024;

  /// The thread's part.
  void work();
  static bool goOn(size_t check);

  const uint64 count_;
  const uint64 seed_;
  volatile bool abandoned_ = false;
  uint32 verdict_ = VMX_CHECK_IMPOSSIBLE;
  Notification done_;
  char report_[MAX_REPORT] = {};
};
