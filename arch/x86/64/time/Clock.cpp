#include "Clock.h"

#include "ArchCommon.h"
#include "Cpu.h"
#include "Pit.h"
#include "debug.h"

namespace
{
constexpr uint64 NS_PER_SECOND = 1'000'000'000;

/// 10 ms of the PIT's clock.
constexpr uint32 CALIBRATION_CLOCKS = Pit::CLOCK_HZ / 100;

/// No TSC counts slower or faster, those of emulators included.
constexpr uint64 SLOWEST_HZ = NS_PER_SECOND / 1000;
constexpr uint64 FASTEST_HZ = 16 * NS_PER_SECOND;

/// A stopwatch that takes longer than this stands still.
constexpr uint64 CALIBRATION_GIVES_UP = FASTEST_HZ / 10;

constexpr uint64 FALLBACK_HZ = NS_PER_SECOND;

constinit uint64 tsc_hz = FALLBACK_HZ;
constinit uint64 tsc_at_boot = 0;

/// Nanoseconds per tick as a fixed-point number with 32 bits behind the point.
constinit uint64 ns_per_tick = 1UL << 32;

/// Both clocks at one moment.
struct Sample
{
  uint64 tsc;
  uint32 pit_clocks;
};

/// An emulator or hypervisor can be interrupted by its own host between the two readings; the best of a few is taken.
Sample takeSample()
{
  constexpr int TRIES = 4;
  Sample best{};
  uint64 shortest = ~0UL;
  for (int i = 0; i < TRIES; ++i)
  {
    const uint64 before = Cpu::rdtsc();
    const uint32 pit_clocks = Pit::readStopwatch();
    const uint64 duration = Cpu::rdtsc() - before;
    if (duration >= shortest)
      continue;
    shortest = duration;
    best = {before + duration / 2, pit_clocks};
  }
  return best;
}

/// What the hypervisor says, 0 when there is none, or it does not say: measuring in a VM takes hundreds of exits. Not
/// all that have a leaf of this number mean a rate by it.
uint64 toldTscHz()
{
  if (!ArchCommon::isVirtualMachine() || Cpu::cpuid(Cpu::CPUID_HYPERVISOR).eax < Cpu::CPUID_HYPERVISOR_TIMING)
    return 0;
  const uint64 hz = Cpu::cpuid(Cpu::CPUID_HYPERVISOR_TIMING).eax * 1000UL;
  return hz >= SLOWEST_HZ && hz <= FASTEST_HZ ? hz : 0;
}

void setRate(uint64 hz, const char* source)
{
  tsc_hz = hz;
  ns_per_tick = (NS_PER_SECOND << 32) / tsc_hz;
  debug(A_BOOT, "TSC runs at %lu kHz, %s\n", tsc_hz / 1000, source);
}
} // namespace

void Clock::initialise()
{
  if (const uint64 hz = toldTscHz())
  {
    tsc_at_boot = Cpu::rdtsc();
    setRate(hz, "says the hypervisor");
    return;
  }
  Pit::startStopwatch();
  const Sample start = takeSample();
  tsc_at_boot = start.tsc;
  while (Pit::readStopwatch() - start.pit_clocks < CALIBRATION_CLOCKS)
    if (Cpu::rdtsc() - start.tsc > CALIBRATION_GIVES_UP)
    {
      debug(A_BOOT, "Timer channel 2 does not count; taking the TSC for %lu MHz.\n", FALLBACK_HZ / 1'000'000);
      return;
    }
  const Sample end = takeSample();

  setRate((end.tsc - start.tsc) * Pit::CLOCK_HZ / (end.pit_clocks - start.pit_clocks), "says the timer");
}

uint64 Clock::nanoseconds()
{
  return ticksToNanoseconds(Cpu::rdtsc() - tsc_at_boot);
}

uint64 Clock::ticks()
{
  return Cpu::rdtsc();
}

uint64 Clock::tscHz()
{
  return tsc_hz;
}

uint64 Clock::ticksToNanoseconds(uint64 tsc_ticks)
{
  return static_cast<uint64>(static_cast<unsigned __int128>(tsc_ticks) * ns_per_tick >> 32);
}
