#pragma once

#include "types.h"

/// Codes of keys as terminals and programs see them: ASCII where there is a character ('\n' for Enter, '\b' for
/// Backspace, '\t' for Tab, 1 to 26 for Ctrl with a letter), and these for the others. User space knows them as key_...
/// in syscall-definitions.h.
namespace key_codes
{
constexpr uint8 ESCAPE = 27;
constexpr uint8 F1 = 129; // F1 to F12 are consecutive
constexpr uint8 F12 = 140;
constexpr uint8 INSERT = 145;
constexpr uint8 DELETE = 146;
constexpr uint8 HOME = 147;
constexpr uint8 END = 148;
constexpr uint8 PAGE_UP = 149;
constexpr uint8 PAGE_DOWN = 150;
constexpr uint8 UP = 151;
constexpr uint8 DOWN = 152;
constexpr uint8 LEFT = 153;
constexpr uint8 RIGHT = 154;
constexpr uint8 NONE = 0;
} // namespace key_codes

/// One key pressed, on whatever device. Shift and Ctrl are already in `code` where it is a character.
struct Key
{
  uint8 code = key_codes::NONE;
  bool shift = false;
  bool ctrl = false;
  bool alt = false;

  bool isFunctionKey() const { return code >= key_codes::F1 && code <= key_codes::F12; }

  /// 1 for F1 to 12 for F12.
  uint32 functionNumber() const { return code - key_codes::F1 + 1u; }

  bool operator==(const Key&) const = default;
};
