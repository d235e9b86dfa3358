#include "ScancodeEncoder.h"

#include "ScancodeTable.h"

using namespace scancodes;

namespace
{
/// A key of the keyboard and the modifiers that turn it into a given code.
struct Position
{
  uint8 scancode = 0;
  bool extended = false;
  bool shift = false;
  bool ctrl = false;
};

bool find(uint8 code, Position& position)
{
  for (uint32 index = 0; index < sizeof(NAVIGATION); ++index)
    if (NAVIGATION[index] == code)
    {
      position = {.scancode = static_cast<uint8>(KEYPAD_FIRST + index), .extended = true};
      return true;
    }
  // Upwards, so that the main block's keys win against the keypad's.
  for (uint32 scancode = 1; scancode < TABLE_SIZE; ++scancode)
    if (PLAIN[scancode] == code || SHIFTED[scancode] == code)
    {
      position = {.scancode = static_cast<uint8>(scancode), .shift = PLAIN[scancode] != code};
      return true;
    }
  return false;
}

bool locate(uint8 code, Position& position)
{
  if (code == key_codes::NONE)
    return false;
  if (find(code, position))
    return true;
  if (code >= ' ')
    return false;
  // A control character: the letter, or [ \ ] ^ _, that has these five bits.
  uint8 character = code | (code <= 26 ? 0x60 : 0x40);
  if (!find(character, position))
    return false;
  position.ctrl = true;
  return true;
}
} // namespace

uint32 ScancodeEncoder::encode(const Key& key, uint8 (&bytes)[MAX_LENGTH])
{
  Position position;
  if (!locate(key.code, position))
    return 0;

  // Where shift made the character, the table knows; of the other keys, `shift` says whether it was held.
  bool shift = position.shift || (key.shift && (key.code < ' ' || key.code >= 0x7F));
  bool ctrl = position.ctrl || (key.ctrl && key.code >= 0x7F);
  uint32 length = 0;
  if (ctrl)
    bytes[length++] = LEFT_CTRL;
  if (key.alt)
    bytes[length++] = ALT;
  if (shift)
    bytes[length++] = LEFT_SHIFT;
  constexpr uint8 STROKES[] = {0, RELEASED};
  for (uint8 released : STROKES)
  {
    if (position.extended)
      bytes[length++] = EXTENDED;
    bytes[length++] = position.scancode | released;
  }
  if (shift)
    bytes[length++] = LEFT_SHIFT | RELEASED;
  if (key.alt)
    bytes[length++] = ALT | RELEASED;
  if (ctrl)
    bytes[length++] = LEFT_CTRL | RELEASED;
  return length;
}
