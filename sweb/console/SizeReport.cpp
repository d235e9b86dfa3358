#include "SizeReport.h"

#include "kstring.h"

namespace
{
constexpr uint8 ESCAPE = 0x1B;
constexpr uint32 TEXT_AREA = 8; ///< first number of a report of the size in characters
} // namespace

size_t SizeReport::pass(uint8 byte, uint8 (&bytes)[MAX_LENGTH + 1])
{
  if (continues(byte))
  {
    if (byte == 't')
      complete();
    else
      bytes_[held_++] = byte;
    return 0;
  }
  const size_t count = release(bytes);
  if (byte == ESCAPE) // what was held was none; this may begin one
  {
    bytes_[held_++] = byte;
    return count;
  }
  bytes[count] = byte;
  return count + 1;
}

size_t SizeReport::release(uint8 (&bytes)[MAX_LENGTH + 1])
{
  const size_t count = held_;
  memcpy(bytes, bytes_, count);
  held_ = 0;
  return count;
}

bool SizeReport::continues(uint8 byte)
{
  if (held_ == 0)
  {
    number_ = 0;
    numbers_[0] = 0;
    return byte == ESCAPE;
  }
  if (held_ == 1)
    return byte == '[';
  if (held_ == MAX_LENGTH)
    return false;
  uint32& number = numbers_[number_];
  if (byte >= '0' && byte <= '9')
  {
    number = number * 10 + byte - '0'; // at most as many digits as bytes are held
    return number_ != 0 || number == TEXT_AREA;
  }
  if (byte == ';' && number_ + 1 < NUMBERS && number != 0)
  {
    numbers_[++number_] = 0;
    return true;
  }
  return byte == 't' && number_ + 1 == NUMBERS && number != 0;
}

void SizeReport::complete()
{
  held_ = 0;
  rows_ = numbers_[1];
  columns_ = numbers_[2];
}

bool SizeReport::take(uint32& columns, uint32& rows)
{
  if (columns_ == 0)
    return false;
  columns = columns_;
  rows = rows_;
  columns_ = 0;
  return true;
}
