#include "console.h"
#include "ports.h"

namespace
{
constexpr uint16 DEBUG_PORT = 0xE9;
}

void Console::print(const char* text, size_t length)
{
  for (size_t i = 0; i < length; ++i)
    outportb(DEBUG_PORT, text[i]);
}

void Console::print(const char* text)
{
  print(text, __builtin_strlen(text));
}

void Console::print(uint64 number)
{
  print("0x");
  for (int shift = 60; shift >= 0; shift -= 4)
    if (number >> shift || shift == 0)
      outportb(DEBUG_PORT, "0123456789abcdef"[number >> shift & 0xF]);
}

void Console::die(const char* text)
{
  print(text);
  print("\nbare host: stopped\n");
  for (;;)
    asm volatile("pause"); // a CPU that is halted and that nothing interrupts would halt the emulator, too
}
