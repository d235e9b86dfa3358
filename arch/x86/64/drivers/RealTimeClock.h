#pragma once

#include "types.h"

/// The battery-backed clock (MC146818 and its successors), taken to run in UTC.
class RealTimeClock
{
public:
  /// Reads it: seconds since 1970-01-01 00:00 UTC. Waits for an update in progress, some ms at most. Not for interrupt
  /// handlers.
  [[nodiscard]] static int64 readSeconds();

  /// The time now, from one reading at the first call and the monotonic clock since. Any context after that.
  [[nodiscard]] static int64 wallClock();

  RealTimeClock() = delete;
};
