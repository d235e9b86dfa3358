#include "AnsiKeyEncoder.h"

using namespace key_codes;

namespace
{
/// Final letter of `ESC [ letter` (F1 to F4 with a modifier too), 0 when the key has a number instead.
uint8 letter(uint8 code)
{
  switch (code)
  {
  case UP:
    return 'A';
  case DOWN:
    return 'B';
  case RIGHT:
    return 'C';
  case LEFT:
    return 'D';
  case HOME:
    return 'H';
  case END:
    return 'F';
  default:
    return code >= F1 && code < F1 + 4 ? 'P' + (code - F1) : 0;
  }
}

/// Number of `ESC [ number ~`, 0 when there is none.
uint8 number(uint8 code)
{
  static constexpr uint8 FUNCTION_KEYS[] = {11, 12, 13, 14, 15, 17, 18, 19, 20, 21, 23, 24};
  switch (code)
  {
  case INSERT:
    return 2;
  case DELETE:
    return 3;
  case PAGE_UP:
    return 5;
  case PAGE_DOWN:
    return 6;
  default:
    return code >= F1 && code <= F12 ? FUNCTION_KEYS[code - F1] : 0;
  }
}

uint8 plain(uint8 code)
{
  constexpr uint8 ANSI_DELETE = 0x7F;
  return code == '\n' ? '\r' : code == '\b' ? ANSI_DELETE : code;
}
} // namespace

uint32 AnsiKeyEncoder::encode(const Key& key, uint8 (&bytes)[MAX_LENGTH])
{
  uint32 length = 0;
  if (key.code == NONE)
    return 0;
  if (key.code < 0x80)
  {
    if (key.alt)
      bytes[length++] = ESCAPE;
    bytes[length++] = plain(key.code);
    return length;
  }

  uint8 final = letter(key.code);
  uint8 parameter = final != 0 ? 1 : number(key.code);
  if (parameter == 0)
    return 0;
  uint8 modifiers = key.shift | key.alt << 1 | key.ctrl << 2;
  bool function_letter = final >= 'P';
  bytes[length++] = ESCAPE;
  bytes[length++] = function_letter && modifiers == 0 ? 'O' : '[';
  if (final == 0 || modifiers != 0)
  {
    if (parameter >= 10)
      bytes[length++] = '0' + parameter / 10;
    bytes[length++] = '0' + parameter % 10;
  }
  if (modifiers != 0)
  {
    bytes[length++] = ';';
    bytes[length++] = '1' + modifiers;
  }
  bytes[length++] = final != 0 ? final : '~';
  return length;
}
