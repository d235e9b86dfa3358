#pragma once

#include "types.h"

/// The interrupt flag and the interrupt controller, as the rest of the kernel sees them.
class ArchInterrupts
{
public:
  /// Number of legacy interrupt lines (two 8259s).
  static constexpr uint8 IRQ_COUNT = 16;

  /// Serves one interrupt line. Runs with interrupts disabled on the stack of whatever was interrupted; may not block.
  using IrqHandler = void (*)();

  /// Sets up the 8259 pair with every line masked, and loads the interrupt descriptor table.
  static void initialise();

  /// Starts the periodic timer tick (see TIMER_FREQUENCY of Pit.h) and unmasks its line.
  static void enableTimer();
  static void disableTimer();

  /// In a virtual machine, where a tick costs the host thousands of instructions: stops it while the CPU has nothing to
  /// do. One interrupt comes when the clock shows `deadline_ns`, or before. Called again after each interrupt that did
  /// not end the idleness. Interrupts disabled.
  static void pauseTimer(uint64 deadline_ns);

  /// Keeps ticks back, for one OUT and nothing else: the timer runs on.
  static void holdTimer();

  /// Ticks come again, the first at once if any was kept back: the interrupt controller remembers one.
  static void releaseTimer();

  /// By how much a timed sleep may end too late, in nanoseconds: a tick and what follows from it, or nothing where the
  /// tick is stopped for it.
  [[nodiscard]] static uint64 timerSlack();

  /// The tick goes on, if it was stopped. Interrupts disabled.
  static void resumeTimer();

  /// Installs `handler` for an interrupt line and unmasks it. The end-of-interrupt command is sent by the dispatcher.
  /// A line has one handler: installing a second one panics.
  static void registerIrqHandler(uint8 irq, IrqHandler handler);

  /// Masks an interrupt line and forgets its handler.
  static void unregisterIrqHandler(uint8 irq);

  static void enableIrq(uint8 irq);
  static void disableIrq(uint8 irq);

  static void enableInterrupts();

  /// Returns whether they were enabled before.
  static bool disableInterrupts();

  /// True if interrupts are enabled.
  [[nodiscard]] static bool testIFSet();

  /// Gives the CPU away if that is possible here: interrupts enabled and the scheduler running.
  static void yieldIfIFSet();

  ArchInterrupts() = delete;
};
