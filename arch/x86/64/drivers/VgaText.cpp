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

void crtc(uint8 index, uint8 value)
{
  outportb(CRTC_INDEX, index);
  outportb(CRTC_DATA, value);
}
} // namespace

void VgaText::showCursor(uint32 cell)
{
  crtc(CURSOR_START, FIRST_SCAN_LINE);
  crtc(CURSOR_END, LAST_SCAN_LINE);
  crtc(CURSOR_HIGH, static_cast<uint8>(cell >> 8));
  crtc(CURSOR_LOW, static_cast<uint8>(cell));
}

void VgaText::hideCursor()
{
  crtc(CURSOR_START, CURSOR_OFF);
}

void VgaText::disableBlinking()
{
  (void)inportb(INPUT_STATUS_1);
  outportb(ATTRIBUTE_PORT, MODE_CONTROL | PALETTE_IN_USE);
  uint8 mode = inportb(ATTRIBUTE_DATA_READ);
  outportb(ATTRIBUTE_PORT, mode & ~BLINKING);
  (void)inportb(INPUT_STATUS_1);
}
