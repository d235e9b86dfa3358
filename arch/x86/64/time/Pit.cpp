#include "Pit.h"

#include "ports.h"

namespace
{
constexpr uint16 CHANNEL_0 = 0x40;
constexpr uint16 CHANNEL_2 = 0x42;
constexpr uint16 CONTROL = 0x43;

// Control words: channel, both bytes of the count, mode.
constexpr uint8 CHANNEL_0_RATE_GENERATOR = 0x34; // mode 2
/// Mode 4. Its output rests high, as that of mode 2: going from one to the other makes no edge, which would be an
/// interrupt.
constexpr uint8 CHANNEL_0_STROBE = 0x38;
constexpr uint8 CHANNEL_2_TERMINAL_COUNT = 0xB0; // mode 0
constexpr uint8 CHANNEL_2_LATCH = 0x80;

constexpr uint16 LONGEST_COUNT = 0xFFFF;

/// Port 0x61 of the PC: gate and output of channel 2, and the speaker behind it.
constexpr uint16 SYSTEM_CONTROL = 0x61;
constexpr uint8 GATE_2 = 1 << 0;
constexpr uint8 SPEAKER = 1 << 1;
constexpr uint8 OUTPUT_2 = 1 << 5;

void writeCount(uint16 count)
{
  outportb(CHANNEL_0, count & 0xFF);
  outportb(CHANNEL_0, count >> 8);
}
} // namespace

void Pit::startPeriodicTimer()
{
  constexpr uint16 divisor = (CLOCK_HZ + TIMER_FREQUENCY / 2) / TIMER_FREQUENCY;
  outportb(CONTROL, CHANNEL_0_RATE_GENERATOR);
  writeCount(divisor);
}

void Pit::startSingleShot(uint16 clocks)
{
  outportb(CONTROL, CHANNEL_0_STROBE);
  writeCount(clocks);
}

void Pit::stopTimer()
{
  outportb(CONTROL, CHANNEL_0_STROBE); // and no count: it waits for one
}

void Pit::startStopwatch()
{
  outportb(SYSTEM_CONTROL, (inportb(SYSTEM_CONTROL) & ~SPEAKER) | GATE_2);
  outportb(CONTROL, CHANNEL_2_TERMINAL_COUNT);
  outportb(CHANNEL_2, LONGEST_COUNT & 0xFF);
  outportb(CHANNEL_2, LONGEST_COUNT >> 8); // counting starts now
}

uint32 Pit::readStopwatch()
{
  // Having reached zero, the counter goes on from the other end, and its output stays high.
  const bool round_before = inportb(SYSTEM_CONTROL) & OUTPUT_2;
  outportb(CONTROL, CHANNEL_2_LATCH);
  const uint16 low = inportb(CHANNEL_2);
  const uint16 count = static_cast<uint16>(low | inportb(CHANNEL_2) << 8);
  const uint16 clocks = static_cast<uint16>(LONGEST_COUNT - count);
  const bool round_after = inportb(SYSTEM_CONTROL) & OUTPUT_2;
  // If it happened while we looked, a small number of clocks says that it was before the latch.
  const bool round = round_before || (round_after && clocks < LONGEST_COUNT / 2);
  return clocks + (round ? LONGEST_COUNT + 1U : 0);
}
