#include "VgaText.h"

#include "ports.h"

namespace
{
// The CRT controller in its colour position: an index port and a data port.
constexpr uint16 CRTC_INDEX = 0x3D4;
constexpr uint16 CRTC_DATA = 0x3D5;
constexpr uint8 CURSOR_START = 0x0A;
constexpr uint8 CURSOR_END = 0x0B;
constexpr uint8 CURSOR_HIGH = 0x0E;
constexpr uint8 CURSOR_LOW = 0x0F;
constexpr uint8 CURSOR_OFF = 0x20;
constexpr uint8 FIRST_SCAN_LINE = 14; // of the 16 a character has
constexpr uint8 LAST_SCAN_LINE = 15;

// The attribute controller: one port for index and data in turn; reading the status register makes it expect an index.
constexpr uint16 ATTRIBUTE_PORT = 0x3C0;
constexpr uint16 ATTRIBUTE_DATA_READ = 0x3C1;
constexpr uint16 INPUT_STATUS_1 = 0x3DA;
constexpr uint8 MODE_CONTROL = 0x10;
constexpr uint8 PALETTE_IN_USE = 0x20; // keeps the picture on while the index is written
constexpr uint8 BLINKING = 0x08;

/// A register of the CRT controller. What it has already is not written again: in a VM that would be two exits.
class CrtcRegister
{
public:
  explicit constexpr CrtcRegister(uint8 index) : index_(index) {}

  void set(uint8 value)
  {
    if (value == value_)
      return;
    outportb(CRTC_INDEX, index_);
    outportb(CRTC_DATA, value);
    value_ = value;
  }

private:
  static constexpr uint16 UNKNOWN = 0x100; // the firmware's

  uint8 index_;
  uint16 value_ = UNKNOWN;
};

constinit CrtcRegister cursor_start(CURSOR_START);
constinit CrtcRegister cursor_end(CURSOR_END);
constinit CrtcRegister cursor_high(CURSOR_HIGH);
constinit CrtcRegister cursor_low(CURSOR_LOW);
} // namespace

void VgaText::showCursor(uint32 cell)
{
  cursor_start.set(FIRST_SCAN_LINE);
  cursor_end.set(LAST_SCAN_LINE);
  cursor_high.set(static_cast<uint8>(cell >> 8));
  cursor_low.set(static_cast<uint8>(cell));
}

void VgaText::hideCursor()
{
  cursor_start.set(CURSOR_OFF);
}

void VgaText::disableBlinking()
{
  (void)inportb(INPUT_STATUS_1);
  outportb(ATTRIBUTE_PORT, MODE_CONTROL | PALETTE_IN_USE);
  uint8 mode = inportb(ATTRIBUTE_DATA_READ);
  outportb(ATTRIBUTE_PORT, mode & ~BLINKING);
  (void)inportb(INPUT_STATUS_1);
}
