#pragma once

#include "types.h"

/// The system calls of virtual machines (300 on): what vmrun, vmlist and their sisters ask for. Thread of the calling
/// process, interrupts enabled, no lock held. Results: >= 0, or -E....
class VmSyscalls
{
public:
  /// Dispatches one of sc_vm_*; -ENOSYS for a number without a call.
  static int64 call(size_t number, size_t arg1, size_t arg2, size_t arg3);

  /// Ends all VMs and leaves VMX operation: when the system shuts down. Any thread.
  static void shutdown();

  VmSyscalls() = delete;

private:
  static int64 create(pointer request);
  static int64 attach(uint32 id);
  static int64 list(pointer infos, size_t size, size_t capacity);
  static int64 kill(uint32 id);
  static int64 reset(uint32 id);
  static int64 panic(uint32 id);
  static int64 statistics(uint32 id, pointer buffer, size_t size);
  static int64 report(uint32 id, pointer buffer, size_t size);
  static int64 refuse(uint32 id, size_t which);
  static int64 check(uint32 id, pointer buffer, size_t size);
  static int64 checkCpu(pointer request);
  static int64 lastScreen(uint32 id, pointer screen);
};
