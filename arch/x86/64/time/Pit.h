#pragma once

#include "types.h"

/// The 8254 programmable interval timer ("8254 Programmable Interval Timer", Intel 231164).
class Pit
{
public:
  /// Input clock of its counters.
  static constexpr uint32 CLOCK_HZ = 1193182;

  /// Ticks a second of the timer interrupt.
  static constexpr uint32 TIMER_FREQUENCY = 250;

  static constexpr uint8 IRQ = 0;

  /// Lets channel 0 interrupt TIMER_FREQUENCY times a second.
  static void startPeriodicTimer();

  /// Starts channel 2 as a stopwatch; the speaker stays silent.
  static void startStopwatch();

  /// Clocks of its input clock since then. Right for up to 109 ms.
  [[nodiscard]] static uint32 readStopwatch();

  Pit() = delete;
};
