#pragma once

#include "types.h"

/**
 * Fixed number of bits with a count of the set ones. Not thread-safe: the owner's lock guards it.
 * The static functions work on raw memory (a file system's bitmap block, the page bitmap before the heap exists).
 */
class Bitmap
{
public:
  static constexpr size_t NOT_FOUND = ~size_t(0);

  /// All bits clear. Allocates; without memory it is not valid, and only to be destroyed.
  explicit Bitmap(size_t number_of_bits);
  ~Bitmap();
  Bitmap(const Bitmap&) = delete;
  Bitmap& operator=(const Bitmap&) = delete;

  /// Setting a set bit or clearing a clear one is harmless; the return value tells whether the bit changed.
  bool setBit(size_t bit);
  bool unsetBit(size_t bit);
  bool getBit(size_t bit) const;

  bool isValid() const { return bitmap_ != nullptr; }
  size_t getSize() const { return size_; }
  size_t getNumBitsSet() const { return num_bits_set_; }
  size_t getNumFreeBits() const { return size_ - num_bits_set_; }
  /// First clear bit at or after `from`, or NOT_FOUND.
  size_t findClear(size_t from = 0) const { return findClear(bitmap_, size_, from); }

  /// Eight bits at once, for copying from and to a disk; bits past the end stay clear.
  void setByte(size_t byte, uint8 value);
  uint8 getByte(size_t byte) const;
  static size_t bytesFor(size_t number_of_bits) { return (number_of_bits + 7) / 8; }

  static bool setBit(uint8* bits, size_t& num_bits_set, size_t bit);
  static bool unsetBit(uint8* bits, size_t& num_bits_set, size_t bit);
  static bool getBit(const uint8* bits, size_t bit) { return bits[bit / 8] >> (bit % 8) & 1; }
  /// First clear bit in [from, number_of_bits), or NOT_FOUND. Full bytes are skipped as bytes.
  static size_t findClear(const uint8* bits, size_t number_of_bits, size_t from);

private:
  size_t size_;
  size_t num_bits_set_ = 0;
  uint8* bitmap_;
};
