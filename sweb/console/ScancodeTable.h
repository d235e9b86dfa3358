#pragma once

#include "Key.h"
#include "types.h"

/// Set 1 of the PC keyboard with the US layout, for both directions: decoding what a keyboard sends, and encoding what
/// a guest's keyboard shall send.
namespace scancodes
{
constexpr uint8 RELEASED = 0x80;
constexpr uint8 EXTENDED = 0xE0;
constexpr uint8 PAUSE_PREFIX = 0xE1;

constexpr uint8 LEFT_CTRL = 0x1D;
constexpr uint8 LEFT_SHIFT = 0x2A;
constexpr uint8 RIGHT_SHIFT = 0x36;
constexpr uint8 ALT = 0x38;
constexpr uint8 CAPS_LOCK = 0x3A;
constexpr uint8 NUM_LOCK = 0x45;
constexpr uint8 SCROLL_LOCK = 0x46;
constexpr uint8 KEYPAD_FIRST = 0x47;
constexpr uint8 KEYPAD_LAST = 0x53;
constexpr uint8 KEYPAD_SLASH = 0x35; // extended
constexpr uint8 KEYPAD_ENTER = 0x1C; // extended

constexpr uint32 TABLE_SIZE = 0x59;

/// Code of the key without and with shift; key_codes::NONE where there is none.
extern const uint8 PLAIN[TABLE_SIZE];
extern const uint8 SHIFTED[TABLE_SIZE];

/// Keys of the navigation block, which the keypad shares: index is scancode - KEYPAD_FIRST.
extern const uint8 NAVIGATION[KEYPAD_LAST - KEYPAD_FIRST + 1];
} // namespace scancodes
