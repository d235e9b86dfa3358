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

private:
  /// The hypervisor asks for 32 KiB; interrupt handlers and the disk come on top.
  static constexpr size_t STACK_PAGES = 12;

  VmRun runUntilOver();

  RefPtr<VirtualMachine> vm_;
  const uint32 index_;
};
