#include "Utf8.h"

namespace
{
struct Range
{
  uint32 first;
  uint32 last;
};

constexpr Range WIDE[] = {{0x1100, 0x115F},   {0x2E80, 0xA4CF},   {0xAC00, 0xD7A3},  {0xF900, 0xFAFF},
                          {0xFE30, 0xFE6F},   {0xFF00, 0xFF60},   {0xFFE0, 0xFFE6},  {0x1F300, 0x1F64F},
                          {0x1F680, 0x1F6FF}, {0x1F900, 0x1F9FF}, {0x20000, 0x3FFFD}};

constexpr Range MARKS[] = {{0x0300, 0x036F}, {0x1AB0, 0x1AFF}, {0x1DC0, 0x1DFF},
                           {0x200B, 0x200F}, {0x20D0, 0x20FF}, {0xFE00, 0xFE0F}};

template <size_t COUNT> bool isIn(const Range (&ranges)[COUNT], uint32 character)
{
  for (const Range& range : ranges)
    if (character >= range.first && character <= range.last)
      return true;
  return false;
}

constexpr uint32 LAST_CHARACTER = 0x10FFFF;

bool isSurrogate(uint32 character)
{
  return character >= 0xD800 && character <= 0xDFFF;
}

char continuation(uint32 bits)
{
  return static_cast<char>(0x80 | (bits & 0x3F));
}
} // namespace

uint32 utf8::encode(uint32 character, char (&bytes)[MAX_LENGTH])
{
  if (character < 0x80)
  {
    bytes[0] = static_cast<char>(character);
    return 1;
  }
  if (character < 0x800)
  {
    bytes[0] = static_cast<char>(0xC0 | character >> 6);
    bytes[1] = continuation(character);
    return 2;
  }
  if (character < 0x10000)
  {
    bytes[0] = static_cast<char>(0xE0 | character >> 12);
    bytes[1] = continuation(character >> 6);
    bytes[2] = continuation(character);
    return 3;
  }
  bytes[0] = static_cast<char>(0xF0 | (character >> 18 & 0x07));
  bytes[1] = continuation(character >> 12);
  bytes[2] = continuation(character >> 6);
  bytes[3] = continuation(character);
  return 4;
}

uint32 utf8::width(uint32 character)
{
  return isIn(MARKS, character) ? 0 : isIn(WIDE, character) ? 2 : 1;
}

bool Utf8Decoder::decode(uint8 byte, uint32& character, bool& again)
{
  again = false;
  if (missing_ != 0)
  {
    again = (byte & 0xC0) != 0x80;
    if (!again)
    {
      character_ = character_ << 6 | (byte & 0x3F);
      if (--missing_ != 0)
        return false;
    }
    const bool sound = !again && character_ >= least_ && character_ <= LAST_CHARACTER && !isSurrogate(character_);
    missing_ = 0;
    character = sound ? character_ : utf8::REPLACEMENT;
    return true;
  }
  character = byte < 0x80 ? byte : utf8::REPLACEMENT;
  if (byte < 0xC2 || byte > 0xF4)
    return true;
  missing_ = byte < 0xE0 ? 1 : byte < 0xF0 ? 2 : 3;
  least_ = missing_ == 1 ? 0x80 : missing_ == 2 ? 0x800 : 0x10000;
  character_ = byte & (0x3F >> missing_);
  return false;
}
