#pragma once

#include "types.h"

/// A character cell as VGA text memory has it: character (code page 437) in the low byte, attribute in the high byte:
///
///     15-12        11-8        7-0
///     background | foreground | character
///
/// Bit 15 is the background's brightness. A VGA can be told to blink the character instead, and after the BIOS's mode
/// set it does; all consoles show the brightness, as QEMU's VGA always does. Black that blinks on black is nothing.
using ScreenCell = uint16;

namespace screen
{
constexpr uint32 COLUMNS = 80;
constexpr uint32 ROWS = 25;
constexpr uint32 CELLS = COLUMNS * ROWS;

/// No cursor to be seen.
constexpr uint32 NO_CURSOR = ~0u;

/// The 16 VGA colours.
enum Colour : uint8
{
  BLACK,
  BLUE,
  GREEN,
  CYAN,
  RED,
  MAGENTA,
  BROWN,
  LIGHT_GREY,
  DARK_GREY,
  LIGHT_BLUE,
  LIGHT_GREEN,
  LIGHT_CYAN,
  LIGHT_RED,
  LIGHT_MAGENTA,
  YELLOW,
  WHITE
};

constexpr uint8 attribute(uint8 foreground, uint8 background)
{
  return (background << 4 | foreground) & 0xFF;
}
constexpr ScreenCell cell(uint8 character, uint8 attribute)
{
  return static_cast<ScreenCell>(attribute << 8 | character);
}
constexpr uint8 character(ScreenCell cell)
{
  return cell & 0xFF;
}
constexpr uint8 attributeOf(ScreenCell cell)
{
  return cell >> 8;
}

/// VGA counts colours blue-green-red, ANSI red-green-blue; the mapping is its own inverse.
constexpr uint8 swapColourOrder(uint8 colour)
{
  return static_cast<uint8>((colour & 0b1010) | (colour & 0b0001) << 2 | (colour & 0b0100) >> 2);
}
} // namespace screen
