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

  /// Clocks of the longest single shot.
  static constexpr uint64 LONGEST_SHOT = 0xFFFF;

  /// Lets channel 0 interrupt TIMER_FREQUENCY times a second.
  static void startPeriodicTimer();

  /// Lets channel 0 interrupt once, after 1 to LONGEST_SHOT clocks.
  static void startSingleShot(uint16 clocks);

  /// Channel 0 does not interrupt.
  static void stopTimer();

  /// Starts channel 2 as a stopwatch; the speaker stays silent.
  static void startStopwatch();

  /// Clocks of its input clock since then. Right for up to 109 ms.
  [[nodiscard]] static uint32 readStopwatch();

  Pit() = delete;
};
