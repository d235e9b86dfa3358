#pragma once

#include "RefPtr.h"
#include "Thread.h"
#include "VirtualMachine.h"

/**
 * A virtual CPU: a kernel thread like any other, preempted by the host's timer like any other. While the guest runs,
 * this thread runs; while the guest is halted, it sleeps.
 */
class VcpuThread : public Thread
{
public:
  VcpuThread(RefPtr<VirtualMachine> vm, uint32 index);

  /// Builds the VM, runs it until it is over, and takes it down: all on this thread, so that whatever ends the VM finds
  /// it in a state that can be taken down.
  void Run() override;

  /// Called where the hypervisor panicked. If the current thread is in vm_run, and what it does there concerns nobody
  /// else (it holds no lock, and its VM can be taken off the CPU), ends its VM and itself. Returns only if the kernel
  /// has to stop instead.
  static void endAfterPanic(const uint8* text, size_t length);

  VirtualMachine& vm() { return *vm_; }

private:
  /// The hypervisor asks for 24 KiB; interrupt handlers and the disk come on top.
  static constexpr size_t STACK_PAGES = 8;

  VmRun runUntilOver();
  /// vm_run, with a note that this thread is in it. The tick may stop meanwhile: if it comes back by itself, and if it
  /// can be expected to be long, because the guest computes.
  VmRun runOnce(bool long_one);
  VcpuThread* asVcpuThread() override { return this; }

  RefPtr<VirtualMachine> vm_;
  const uint32 index_;
  bool in_hypervisor_ = false;
};
