#include "VcpuThread.h"

VcpuThread::VcpuThread(RefPtr<VirtualMachine> vm, uint32 index)
    : Thread(nullptr, "VcpuThread", KERNEL_THREAD, STACK_PAGES), vm_(ustl::move(vm)), index_(index)
{
}

void VcpuThread::Run()
{
  if (vm_->powerOn())
    vm_->powerOff(runUntilOver());
}

VmRun VcpuThread::runUntilOver()
{
  for (;;)
  {
    const VmRun run = vm_run(vm_->handle(), index_);
    // Interrupts are enabled again, and the host's handlers have run: the thread may have been away for a while.
    const bool idle = run.reason == VM_RUN_HALTED;
    vm_->output().drain(idle);
    vm_->console().screenMayHaveChanged();

    if (run.reason > VM_RUN_HALTED)
      return run;
    if (isKillPending())
      vm_stop(vm_->handle());
    else if (idle)
      vm_->event().waitUntil(run.deadline_ns);
  }
}
