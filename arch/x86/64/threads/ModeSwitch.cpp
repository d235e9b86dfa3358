#include "ModeSwitch.h"

#include "ArchInterrupts.h"
#include "ArchThreadRegisters.h"
#include "ArchThreads.h"
#include "Cpu.h"
#include "ExtendedState.h"
#include "Gdt.h"
#include "Pic8259.h"
#include "Thread.h"
#include "assert.h"

extern "C" [[noreturn]] void arch_restoreRegisters(const InterruptFrame* frame);

void ModeSwitch::enterKernelMode()
{
  assert(currentThread->switch_to_userspace_ && currentThreadRegisters == currentThread->user_registers_);
  currentThread->switch_to_userspace_ = 0;
  currentThreadRegisters = currentThread->kernel_registers_;
}

void ModeSwitch::returnToUserMode()
{
  ArchInterrupts::disableInterrupts();
  if (currentThread->isKillPending())
    currentThread->kill();
  currentThread->switch_to_userspace_ = 1;
  currentThreadRegisters = currentThread->user_registers_;
  contextSwitch();
}

void ModeSwitch::contextSwitch()
{
  assert(!ArchInterrupts::testIFSet());
  assert(Pic8259::outstandingEOIs() == 0 && "the interrupt controller is still waiting for an end of interrupt");
  assert(currentThread->getState() == Thread::Running);
  assert(currentThread->getKernelStack().isCanaryOK() && "the thread overran its kernel stack");
  if (currentThread->switch_to_userspace_)
  {
    assert(!currentThread->holding_lock_list_ && "no thread goes to user mode with a lock");
    assert(!currentThread->lock_waiting_on_);
  }
  if (currentThread->user_registers_)
    Gdt::setKernelStack(currentThread->user_registers_->rsp0);
  ExtendedState::switchTo(currentThread->user_registers_ ? currentThread->user_registers_->extended_state : nullptr);
  if (Cpu::readCr3() != currentThreadRegisters->cr3)
    Cpu::writeCr3(currentThreadRegisters->cr3);
  arch_restoreRegisters(&currentThreadRegisters->frame);
}
