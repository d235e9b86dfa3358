#include "Power.h"

#include "ArchCommon.h"
#include "ArchInterrupts.h"
#include "Clock.h"
#include "Console.h"
#include "ports.h"

namespace
{
// ACPI's PM1a control register, where the chipsets of the emulators have it. Its place is in the ACPI tables; on
// another chipset the write goes nowhere.
constexpr uint16 PM1_CONTROL_QEMU = 0x604;
constexpr uint16 PM1_CONTROL_BOCHS = 0xB004;
constexpr uint16 SLEEP_ENABLE_S5 = 0x2000; // SLP_EN with SLP_TYP 0, which both chipsets take for S5

constexpr uint16 BOCHS_SHUTDOWN_PORT = 0x8900; // expects the word, character by character

constexpr uint16 KEYBOARD_COMMAND = 0x64;
constexpr uint8 INPUT_FULL = 0x02;
constexpr uint8 PULSE_RESET_LINE = 0xFE;
constexpr uint16 RESET_CONTROL = 0xCF9;
constexpr uint8 SYSTEM_RESET = 0x02; // what kind it will be; the next write starts it
constexpr uint8 START_RESET = 0x04;

constexpr uint64 RESET_DELAY_NS = 50'000'000;

void pause(uint64 nanoseconds)
{
  uint64 deadline = Clock::nanoseconds() + nanoseconds;
  while (Clock::nanoseconds() < deadline)
    asm volatile("pause");
}
} // namespace

void Power::off()
{
  Console::drainAll();
  ArchInterrupts::disableInterrupts();
  outportw(PM1_CONTROL_QEMU, SLEEP_ENABLE_S5);
  outportw(PM1_CONTROL_BOCHS, SLEEP_ENABLE_S5);
  for (const char* letter = "Shutdown"; *letter != '\0'; ++letter)
    outportb(BOCHS_SHUTDOWN_PORT, static_cast<uint8>(*letter));
  static constexpr char MESSAGE[] = "The machine may be switched off now.\n";
  Console::emergencyWrite(MESSAGE, sizeof(MESSAGE) - 1);
  ArchCommon::halt();
}

void Power::reset()
{
  Console::drainAll();
  ArchInterrupts::disableInterrupts();
  // The chipset's full reset comes first, because the other two ways reach the CPU as INIT on many boards, and a CPU in
  // VMX root operation ignores INIT. The VMs' end leaves that operation, but this must work also after a VM that did
  // not end.
  outportb(RESET_CONTROL, SYSTEM_RESET);
  outportb(RESET_CONTROL, SYSTEM_RESET | START_RESET);
  pause(RESET_DELAY_NS);
  if ((inportb(KEYBOARD_COMMAND) & INPUT_FULL) == 0)
    outportb(KEYBOARD_COMMAND, PULSE_RESET_LINE);
  pause(RESET_DELAY_NS);
  // No chipset obeyed. An exception without a handler, nor one for that: the CPU shuts down, and the board restarts it.
  struct [[gnu::packed]]
  {
    uint16 limit;
    uint64 base;
  } empty_table{0, 0};
  asm volatile("lidt %0; int3" ::"m"(empty_table));
  ArchCommon::halt();
}
