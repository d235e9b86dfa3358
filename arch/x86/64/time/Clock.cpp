#include "Clock.h"

#include "Cpu.h"
#include "Pit.h"
#include "debug.h"

namespace
{
constexpr uint64 NS_PER_SECOND = 1'000'000'000;

/// 10 ms of the PIT's clock.
constexpr uint16 CALIBRATION_CLOCKS = Pit::CLOCK_HZ / 100;

/// No TSC counts faster than 16 GHz, so a countdown that takes longer than this never ends.
constexpr uint64 CALIBRATION_GIVES_UP = 16 * NS_PER_SECOND / 10;

constexpr uint64 FALLBACK_HZ = NS_PER_SECOND;

constinit uint64 tsc_hz = FALLBACK_HZ;
constinit uint64 tsc_at_boot = 0;

/// Nanoseconds per tick as a fixed-point number with 32 bits behind the point.
constinit uint64 ns_per_tick = 1UL << 32;
} // namespace

void Clock::initialise()
{
  Pit::startCountdown(CALIBRATION_CLOCKS);
  const uint64 start = Cpu::rdtsc();
  uint64 now = start;
  while (!Pit::isCountdownOver() && now - start < CALIBRATION_GIVES_UP)
    now = Cpu::rdtsc();
  now = Cpu::rdtsc();
  tsc_at_boot = start;

  if (now - start >= CALIBRATION_GIVES_UP)
  {
    debug(A_BOOT, "Timer channel 2 does not count; taking the TSC for %lu MHz.\n", FALLBACK_HZ / 1'000'000);
    return;
  }
  tsc_hz = (now - start) * Pit::CLOCK_HZ / CALIBRATION_CLOCKS;
  ns_per_tick = (NS_PER_SECOND << 32) / tsc_hz;
  debug(A_BOOT, "TSC runs at %lu kHz\n", tsc_hz / 1000);
}

uint64 Clock::nanoseconds()
{
  return ticksToNanoseconds(Cpu::rdtsc() - tsc_at_boot);
}

uint64 Clock::tscHz()
{
  return tsc_hz;
}

uint64 Clock::ticksToNanoseconds(uint64 tsc_ticks)
{
  return static_cast<uint64>(static_cast<unsigned __int128>(tsc_ticks) * ns_per_tick >> 32);
}
