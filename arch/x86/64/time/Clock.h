#pragma once

#include "types.h"

/// Monotonic time since boot, from the time-stamp counter. Usable in every context.
class Clock
{
public:
  /// A deadline that never comes.
  static constexpr uint64 NEVER = ~0UL;

  /// Measures the TSC's frequency against channel 2 of the PIT. Takes 10 ms. Called once at boot.
  static void initialise();

  /// Nanoseconds since initialise().
  [[nodiscard]] static uint64 nanoseconds();

  /// The time-stamp counter.
  [[nodiscard]] static uint64 ticks();

  /// TSC ticks per second.
  [[nodiscard]] static uint64 tscHz();

  /// Converts a number of TSC ticks to nanoseconds.
  [[nodiscard]] static uint64 ticksToNanoseconds(uint64 tsc_ticks);

  Clock() = delete;
};
