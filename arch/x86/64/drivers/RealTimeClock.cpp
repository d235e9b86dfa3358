#include "RealTimeClock.h"

#include "CalendarTime.h"
#include "Clock.h"
#include "InterruptGuard.h"
#include "ports.h"

namespace
{
constexpr uint16 INDEX_PORT = 0x70;
constexpr uint16 DATA_PORT = 0x71;

constexpr uint8 SECONDS = 0x00;
constexpr uint8 MINUTES = 0x02;
constexpr uint8 HOURS = 0x04;
constexpr uint8 DAY = 0x07;
constexpr uint8 MONTH = 0x08;
constexpr uint8 YEAR = 0x09;
constexpr uint8 STATUS_A = 0x0A;
constexpr uint8 STATUS_B = 0x0B;
constexpr uint8 CENTURY = 0x32; // where nearly every firmware keeps it

constexpr uint8 UPDATE_IN_PROGRESS = 0x80; // status A
constexpr uint8 BINARY = 0x04;             // status B; else BCD
constexpr uint8 HOURS_24 = 0x02;           // status B; else 12 hours and a PM bit
constexpr uint8 PM = 0x80;

constexpr uint64 UPDATE_TIMEOUT_NS = 10'000'000; // an update takes 2 ms
constexpr uint32 ATTEMPTS = 5;

/// What the clock's registers hold, as they hold it.
struct RawTime
{
  uint8 second, minute, hour, day, month, year, century;

  bool operator==(const RawTime&) const = default;
};

uint8 readRegister(uint8 index)
{
  InterruptGuard guard; // index and data belong together
  outportb(INDEX_PORT, index);
  return inportb(DATA_PORT);
}

RawTime readRegisters()
{
  uint64 deadline = Clock::nanoseconds() + UPDATE_TIMEOUT_NS;
  while ((readRegister(STATUS_A) & UPDATE_IN_PROGRESS) != 0 && Clock::nanoseconds() < deadline)
    continue;
  return {.second = readRegister(SECONDS),
          .minute = readRegister(MINUTES),
          .hour = readRegister(HOURS),
          .day = readRegister(DAY),
          .month = readRegister(MONTH),
          .year = readRegister(YEAR),
          .century = readRegister(CENTURY)};
}

uint32 fromBcd(uint8 value)
{
  return (value >> 4) * 10u + (value & 0x0F);
}

CalendarTime interpret(const RawTime& raw, uint8 status)
{
  auto number = [&](uint8 value) { return (status & BINARY) != 0 ? uint32{value} : fromBcd(value); };
  uint32 hour = number(raw.hour & ~PM);
  if ((status & HOURS_24) == 0)
    hour = hour % 12 + ((raw.hour & PM) != 0 ? 12 : 0);
  uint32 century = number(raw.century);
  bool plausible = century >= 19 && century <= 21;
  uint32 year = number(raw.year);
  return {.year = plausible ? century * 100 + year : (year < 70 ? 2000 : 1900) + year,
          .month = number(raw.month),
          .day = number(raw.day),
          .hour = hour,
          .minute = number(raw.minute),
          .second = number(raw.second)};
}
} // namespace

int64 RealTimeClock::readSeconds()
{
  // An update may begin between two registers: only what two readings agree on is a time.
  RawTime time = readRegisters();
  for (uint32 attempt = 0; attempt < ATTEMPTS; ++attempt)
  {
    RawTime again = readRegisters();
    if (again == time)
      break;
    time = again;
  }
  return interpret(time, readRegister(STATUS_B)).secondsSince1970();
}

int64 RealTimeClock::wallClock()
{
  constexpr int64 NANOSECONDS = 1'000'000'000;
  static const int64 boot_time = readSeconds() - static_cast<int64>(Clock::nanoseconds()) / NANOSECONDS;
  return boot_time + static_cast<int64>(Clock::nanoseconds()) / NANOSECONDS;
}
