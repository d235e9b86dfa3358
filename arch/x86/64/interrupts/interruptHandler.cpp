#include "ArchInterrupts.h"
#include "ArchThreadRegisters.h"
#include "ArchThreads.h"
#include "Exceptions.h"
#include "InterruptDescriptorTable.h"
#include "IrqDispatch.h"
#include "ModeSwitch.h"
#include "Pic8259.h"
#include "Scheduler.h"
#include "Syscall.h"
#include "Thread.h"
#include "debug.h"

namespace
{
void handleSystemCall()
{
  ModeSwitch::enterKernelMode();
  InterruptFrame& user = currentThread->user_registers_->frame;
  ArchInterrupts::enableInterrupts();
  user.rax = static_cast<uint64>(Syscall::syscallException(user.rax, user.rbx, user.rcx, user.rdx, user.rsi, user.rdi));
  ModeSwitch::returnToUserMode();
}

void switchToNextThread()
{
  Scheduler::instance()->schedule();
  ModeSwitch::contextSwitch();
}
} // namespace

/// Where every interrupt arrives in C++: called by entry.S with interrupts disabled, on the interrupted thread's kernel
/// stack. When it returns, the interrupted code continues; a switch to another thread does not return.
extern "C" void interruptHandler(InterruptFrame* frame)
{
  if (currentThreadRegisters)
    currentThreadRegisters->frame = *frame;

  if (frame->vector < InterruptDescriptorTable::EXCEPTIONS)
    Exceptions::handle(*frame);
  else if (frame->vector - Pic8259::FIRST_VECTOR < ArchInterrupts::IRQ_COUNT)
  {
    Scheduler::instance()->beginInterrupt();
    IrqDispatch::handle(static_cast<uint8>(frame->vector - Pic8259::FIRST_VECTOR));
    if (Scheduler::instance()->endInterrupt())
      switchToNextThread();
  }
  else if (frame->vector == InterruptDescriptorTable::VECTOR_YIELD)
    switchToNextThread();
  else if (frame->vector == InterruptDescriptorTable::VECTOR_SYSTEM_CALL)
    handleSystemCall();
  else
    debug(A_INTERRUPTS, "Unexpected interrupt %lu\n", frame->vector);
}
