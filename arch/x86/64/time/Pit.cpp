#include "Pit.h"

#include "ports.h"

namespace
{
constexpr uint16 CHANNEL_0 = 0x40;
constexpr uint16 CHANNEL_2 = 0x42;
constexpr uint16 CONTROL = 0x43;

// Control words: channel, both bytes of the count, mode.
constexpr uint8 CHANNEL_0_RATE_GENERATOR = 0x34; // mode 2
constexpr uint8 CHANNEL_2_TERMINAL_COUNT = 0xB0; // mode 0

/// Port 0x61 of the PC: gate and output of channel 2, and the speaker behind it.
constexpr uint16 SYSTEM_CONTROL = 0x61;
constexpr uint8 GATE_2 = 1 << 0;
constexpr uint8 SPEAKER = 1 << 1;
constexpr uint8 OUTPUT_2 = 1 << 5;
} // namespace

void Pit::startPeriodicTimer()
{
  constexpr uint16 divisor = (CLOCK_HZ + TIMER_FREQUENCY / 2) / TIMER_FREQUENCY;
  outportb(CONTROL, CHANNEL_0_RATE_GENERATOR);
  outportb(CHANNEL_0, divisor & 0xFF);
  outportb(CHANNEL_0, divisor >> 8);
}

void Pit::startCountdown(uint16 clocks)
{
  outportb(SYSTEM_CONTROL, (inportb(SYSTEM_CONTROL) & ~SPEAKER) | GATE_2);
  outportb(CONTROL, CHANNEL_2_TERMINAL_COUNT);
  outportb(CHANNEL_2, clocks & 0xFF);
  outportb(CHANNEL_2, clocks >> 8); // counting starts now
}

bool Pit::isCountdownOver()
{
  return inportb(SYSTEM_CONTROL) & OUTPUT_2;
}
