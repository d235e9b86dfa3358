#include "ArchInterrupts.h"

#include "ArchThreads.h"
#include "Cpu.h"
#include "InterruptDescriptorTable.h"
#include "InterruptGuard.h"
#include "IrqDispatch.h"
#include "Pic8259.h"
#include "Pit.h"
#include "Scheduler.h"
#include "StatusLine.h"
#include "Thread.h"
#include "assert.h"

constinit ArchInterrupts::IrqHandler IrqDispatch::handlers_[ArchInterrupts::IRQ_COUNT] = {};

void ArchInterrupts::initialise()
{
  Pic8259::initialise();
  InterruptDescriptorTable::initialise();
}

void ArchInterrupts::enableTimer()
{
  Pit::startPeriodicTimer();
  registerIrqHandler(Pit::IRQ,
                     []
                     {
                       Scheduler::instance()->tick();
                       StatusLine::tick(Scheduler::instance()->getTicks());
                     });
}

void ArchInterrupts::disableTimer()
{
  unregisterIrqHandler(Pit::IRQ);
}

void ArchInterrupts::registerIrqHandler(uint8 irq, IrqHandler handler)
{
  assert(irq < IRQ_COUNT && handler);
  InterruptGuard guard;
  assert(!IrqDispatch::handlers_[irq] && "an interrupt line has one handler");
  IrqDispatch::handlers_[irq] = handler;
  Pic8259::enableIrq(irq);
}

void ArchInterrupts::unregisterIrqHandler(uint8 irq)
{
  assert(irq < IRQ_COUNT);
  InterruptGuard guard;
  Pic8259::disableIrq(irq);
  IrqDispatch::handlers_[irq] = nullptr;
}

void ArchInterrupts::enableIrq(uint8 irq)
{
  InterruptGuard guard;
  Pic8259::enableIrq(irq);
}

void ArchInterrupts::disableIrq(uint8 irq)
{
  InterruptGuard guard;
  Pic8259::disableIrq(irq);
}

void ArchInterrupts::enableInterrupts()
{
  asm volatile("sti" ::: "memory");
}

bool ArchInterrupts::disableInterrupts()
{
  const bool were_enabled = testIFSet();
  asm volatile("cli" ::: "memory");
  return were_enabled;
}

bool ArchInterrupts::testIFSet()
{
  return Cpu::readFlags() & Cpu::FLAGS_IF;
}

void ArchInterrupts::yieldIfIFSet()
{
  if (system_state == RUNNING && currentThread && testIFSet())
    ArchThreads::yield();
}
