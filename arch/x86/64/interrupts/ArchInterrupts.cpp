#include "ArchInterrupts.h"

#include "ArchCommon.h"
#include "ArchThreads.h"
#include "Clock.h"
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
#include "ualgorithm.h"

namespace
{
constexpr uint64 TICK_NS = 1'000'000'000 / Pit::TIMER_FREQUENCY;

constinit bool timer_paused = false;
constinit uint64 paused_until_ns = 0; ///< what was asked for
constinit uint64 next_shot_ns = 0;    ///< the interrupt that was ordered for it
} // namespace

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
                       // What was ordered has come, if a little early by our own clock: it is to be ordered again then.
                       next_shot_ns = 0;
                       Scheduler::instance()->tick();
                       StatusLine::tick();
                     });
}

void ArchInterrupts::disableTimer()
{
  unregisterIrqHandler(Pit::IRQ);
}

void ArchInterrupts::pauseTimer(uint64 deadline_ns)
{
  constexpr uint64 LONGEST_PAUSE_NS = Pit::LONGEST_SHOT * 1'000'000'000 / Pit::CLOCK_HZ;
  if (!ArchCommon::isVirtualMachine())
    return;
  const uint64 now = Clock::nanoseconds();
  if (timer_paused && deadline_ns == paused_until_ns && (deadline_ns == Clock::NEVER || now < next_shot_ns))
    return;
  if (!timer_paused && deadline_ns > now && deadline_ns - now > TICK_NS)
    StatusLine::refresh();
  timer_paused = true;
  paused_until_ns = deadline_ns;
  if (deadline_ns == Clock::NEVER)
  {
    Pit::stopTimer();
    return;
  }
  const uint64 pause = deadline_ns <= now ? 0 : ustl::min(deadline_ns - now, LONGEST_PAUSE_NS - 1'000);
  next_shot_ns = now + pause;
  Pit::startSingleShot(static_cast<uint16>(pause * Pit::CLOCK_HZ / 1'000'000'000 + 1));
}

void ArchInterrupts::holdTimer()
{
  disableIrq(Pit::IRQ);
}

void ArchInterrupts::releaseTimer()
{
  enableIrq(Pit::IRQ);
}

uint64 ArchInterrupts::timerSlack()
{
  return ArchCommon::isVirtualMachine() ? 0 : TICK_NS + TICK_NS / 4;
}

void ArchInterrupts::resumeTimer()
{
  if (!timer_paused)
    return;
  timer_paused = false;
  Pit::startPeriodicTimer();
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
