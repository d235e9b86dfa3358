#include "Bitmap.h"
#include "assert.h"
#include <new>

Bitmap::Bitmap(size_t number_of_bits)
    : size_(number_of_bits), bitmap_(new (std::nothrow) uint8[bytesFor(number_of_bits)]())
{
}

Bitmap::~Bitmap()
{
  delete[] bitmap_;
}

bool Bitmap::setBit(size_t bit)
{
  assert(bit < size_);
  return setBit(bitmap_, num_bits_set_, bit);
}

bool Bitmap::unsetBit(size_t bit)
{
  assert(bit < size_);
  return unsetBit(bitmap_, num_bits_set_, bit);
}

bool Bitmap::getBit(size_t bit) const
{
  assert(bit < size_);
  return getBit(bitmap_, bit);
}

void Bitmap::setByte(size_t byte, uint8 value)
{
  assert(byte < bytesFor(size_));
  size_t valid_bits = size_ - byte * 8;
  if (valid_bits < 8)
    value &= static_cast<uint8>((1u << valid_bits) - 1);
  num_bits_set_ -= __builtin_popcount(bitmap_[byte]);
  num_bits_set_ += __builtin_popcount(value);
  bitmap_[byte] = value;
}

uint8 Bitmap::getByte(size_t byte) const
{
  assert(byte < bytesFor(size_));
  return bitmap_[byte];
}

bool Bitmap::setBit(uint8* bits, size_t& num_bits_set, size_t bit)
{
  uint8 mask = static_cast<uint8>(1u << (bit % 8));
  if (bits[bit / 8] & mask)
    return false;
  bits[bit / 8] |= mask;
  ++num_bits_set;
  return true;
}

bool Bitmap::unsetBit(uint8* bits, size_t& num_bits_set, size_t bit)
{
  uint8 mask = static_cast<uint8>(1u << (bit % 8));
  if (!(bits[bit / 8] & mask))
    return false;
  bits[bit / 8] &= static_cast<uint8>(~mask);
  --num_bits_set;
  return true;
}

size_t Bitmap::findClear(const uint8* bits, size_t number_of_bits, size_t from)
{
  for (size_t bit = from; bit < number_of_bits;)
  {
    if (bit % 8 == 0 && bits[bit / 8] == 0xFF)
    {
      bit += 8;
      continue;
    }
    if (!getBit(bits, bit))
      return bit;
    ++bit;
  }
  return NOT_FOUND;
}
