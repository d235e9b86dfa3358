#include "VcpuThread.h"
#include "ArchInterrupts.h"
#include "ArchThreads.h"
#include "IdleThread.h"
#include "MemoryReservation.h"
#include "Scheduler.h"

VcpuThread::VcpuThread(RefPtr<VirtualMachine> vm, uint32 index)
    : Thread(vm->workingDir(), "VcpuThread", KERNEL_THREAD, STACK_PAGES), vm_(ustl::move(vm)), index_(index)
{
}

void VcpuThread::Run()
{
  const MemoryReservation memory(MemoryReservation::HYPERVISOR_PAGES);
  if (!memory.isValid())
    vm_->refuseForMemory();
  else if (vm_->powerOn())
    vm_->powerOff(runUntilOver());
}

VmRun VcpuThread::runUntilOver()
{
  const bool comes_back = vmx_ends_runs();
  bool computes = false;
  for (;;)
  {
    const VmRun run = runOnce(comes_back && computes);
    // Interrupts are enabled again, and the host's handlers have run: the thread may have been away for a while.
    const bool idle = run.reason == VM_RUN_HALTED;
    computes = run.reason == VM_RUN_PREEMPTED;
    vm_->output().drain(idle || run.halted_ticks != 0);
    vm_->console().screenMayHaveChanged();

    if (run.reason > VM_RUN_HALTED)
      return run;
    vm_->hasRun();
    if (isKillPending())
      vm_stop(vm_->handle());
    else if (idle)
      vm_->event().waitUntil(run.deadline_ns);
  }
}

VmRun VcpuThread::runOnce(bool long_one)
{
  Scheduler* scheduler = Scheduler::instance();
  const uint64 until = long_one ? scheduler->stopTick() : Scheduler::endOfTurn();
  in_hypervisor_ = true;
  const VmRun run = vm_run(vm_->handle(), index_, until);
  in_hypervisor_ = false;
  scheduler->resumeTick();
  IdleThread::addHalt(run.halted_ticks);
  return run;
}

void VcpuThread::endAfterPanic(const uint8* text, size_t length)
{
  VcpuThread* thread = currentThread ? currentThread->asVcpuThread() : nullptr;
  if (!thread || !thread->in_hypervisor_ || thread->holding_lock_list_)
    return;
  thread->in_hypervisor_ = false; // a second panic, in what follows, is one too many
  vm_abandon(thread->vm_->handle(), text, length);
  if (!ArchInterrupts::testIFSet())
    return; // it panicked where it had to be alone on the CPU, and may have left anything half done
  thread->vm_->powerOff(VmRun{VM_RUN_FAILED, 0, 0, 0});
  thread->kill();
}
