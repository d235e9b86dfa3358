#include "HeldKeys.h"

#include "ScancodeTable.h"
#include <initializer_list>

using namespace scancodes;

uint32 HeldKeys::pass(uint8 scancode, uint8 (&bytes)[MAX_LENGTH])
{
  if (scancode == EXTENDED)
  {
    extended_ = true;
    return 0;
  }
  bool extended = extended_;
  extended_ = false;
  uint8 key = scancode & ~RELEASED;
  if ((key | RELEASED) == EXTENDED || (key | RELEASED) == PAUSE_PREFIX)
    return 0; // no key has these two: their releases would read as prefixes
  uint64& word = down_[extended][key / 64];
  uint64 bit = 1UL << key % 64;
  bool released = (scancode & RELEASED) != 0;
  if (released && (word & bit) == 0)
    return 0;
  word = released ? word & ~bit : word | bit;

  uint32 length = 0;
  if (extended)
    bytes[length++] = EXTENDED;
  bytes[length++] = scancode;
  return length;
}

uint32 HeldKeys::release(uint8 (&bytes)[MAX_LENGTH])
{
  for (bool extended : {false, true})
    for (uint32 index = 0; index < KEYS / 64; ++index)
    {
      uint64& word = down_[extended][index];
      if (word == 0)
        continue;
      uint32 bit = static_cast<uint32>(__builtin_ctzl(word));
      word &= word - 1;
      uint32 length = 0;
      if (extended)
        bytes[length++] = EXTENDED;
      bytes[length++] = static_cast<uint8>((index * 64 + bit) | RELEASED);
      return length;
    }
  return 0;
}
