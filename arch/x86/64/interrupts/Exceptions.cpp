#include "Exceptions.h"

#include "ArchInterrupts.h"
#include "ArchThreadRegisters.h"
#include "ArchThreads.h"
#include "Cpu.h"
#include "InterruptDescriptorTable.h"
#include "ModeSwitch.h"
#include "PageFaultHandler.h"
#include "RegisterDump.h"
#include "Thread.h"
#include "UserProcess.h"
#include "assert.h"
#include "debug.h"

namespace
{
/// Error code of a page fault: SDM volume 3, "Page-Fault Exceptions".
constexpr uint64 FAULT_PRESENT = 1 << 0;
constexpr uint64 FAULT_WRITE = 1 << 1;
constexpr uint64 FAULT_FETCH = 1 << 4;
} // namespace

const char* Exceptions::nameOf(uint64 vector)
{
  static const char* const names[] = {
      "#DE divide error",
      "#DB debug",
      "non-maskable interrupt",
      "#BP breakpoint",
      "#OF overflow",
      "#BR bound range exceeded",
      "#UD invalid opcode",
      "#NM device not available",
      "#DF double fault",
      "coprocessor segment overrun",
      "#TS invalid TSS",
      "#NP segment not present",
      "#SS stack-segment fault",
      "#GP general protection",
      "#PF page fault",
      "reserved exception 15",
      "#MF x87 floating point",
      "#AC alignment check",
      "#MC machine check",
      "#XM SIMD floating point",
      "#VE virtualization",
      "#CP control protection",
  };
  return vector < sizeof(names) / sizeof(names[0]) ? names[vector] : "reserved exception";
}

void Exceptions::handle(const InterruptFrame& frame)
{
  if (frame.vector == InterruptDescriptorTable::VECTOR_DOUBLE_FAULT)
    handleDoubleFault(frame);
  if (frame.vector == InterruptDescriptorTable::VECTOR_NMI ||
      frame.vector == InterruptDescriptorTable::VECTOR_MACHINE_CHECK)
    handleInKernelMode(frame);
  if (frame.vector == InterruptDescriptorTable::VECTOR_PAGE_FAULT)
    handlePageFault(frame);
  else if (frame.fromUserMode())
    handleInUserMode(frame);
  else
    handleInKernelMode(frame);
}

void Exceptions::handlePageFault(const InterruptFrame& frame)
{
  const pointer address = Cpu::readCr2();
  if (!frame.fromUserMode())
    handleInKernelMode(frame); // the kernel never touches user addresses, and its own are mapped before use

  ModeSwitch::enterKernelMode();
  PageFaultHandler::enterPageFault(address, true, frame.error_code & FAULT_PRESENT, frame.error_code & FAULT_WRITE,
                                   frame.error_code & FAULT_FETCH);
  ModeSwitch::returnToUserMode();
}

void Exceptions::handleInUserMode(const InterruptFrame& frame)
{
  debug(CPU_ERROR, "%s in user mode, thread %zu (%s)\n", nameOf(frame.vector), currentThread->getTID(),
        currentThread->getName());
  RegisterDump::print(frame);
  ModeSwitch::enterKernelMode();
  ArchInterrupts::enableInterrupts();
  UserProcess::current()->endWith(UserProcess::EXIT_CPU_EXCEPTION, "ended by CPU exception %lu, %s, at 0x%lx",
                                  frame.vector, nameOf(frame.vector), frame.rip);
}

void Exceptions::handleInKernelMode(const InterruptFrame& frame)
{
  system_state = KPANIC;
  RegisterDump::print(frame);
  kpanict("CPU exception %lu, %s, at %#lx, error code %#lx, address %#lx", frame.vector, nameOf(frame.vector),
          frame.rip, frame.error_code, Cpu::readCr2());
}

void Exceptions::handleDoubleFault(const InterruptFrame& frame)
{
  // A push onto an unmapped page faults, and so does the push of that fault's frame: a double fault with CR2 still set.
  if (currentThread && currentThread->getKernelStack().isOverflow(Cpu::readCr2()))
  {
    system_state = KPANIC;
    RegisterDump::print(frame);
    kpanict("Kernel stack overflow in thread %zu (%s), %lu bytes of stack", currentThread->getTID(),
            currentThread->getName(),
            currentThread->getKernelStack().getTop() - currentThread->getKernelStack().getBottom());
  }
  handleInKernelMode(frame);
}
