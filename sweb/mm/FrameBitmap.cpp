#include "FrameBitmap.h"

using FrameBits::countBits;
using FrameBits::forEachWord;
using FrameBits::lowBits;

void FrameBitmap::attach(uint64* memory, size_t words)
{
  bits_ = memory;
  words_ = words;
  free_ = 0;
  first_with_free_ = words;
  for (size_t word = 0; word < words; ++word)
    bits_[word] = ALL_USED;
}

bool FrameBitmap::areUsed(ppn_t first, size_t count) const
{
  for (size_t i = 0; i < count; ++i)
    if (!isUsed(first + i))
      return false;
  return true;
}

ppn_t FrameBitmap::endOf(ppn_t first, size_t count) const
{
  return count < getNumFrames() - first ? first + count : getNumFrames();
}

void FrameBitmap::markUsed(ppn_t first, size_t count)
{
  if (first >= getNumFrames())
    return;
  forEachWord(first, endOf(first, count),
              [this](size_t word, uint64 mask)
              {
                free_ -= countBits(mask & ~bits_[word]);
                bits_[word] |= mask;
              });
}

void FrameBitmap::markFree(ppn_t first, size_t count)
{
  if (first >= getNumFrames() || count == 0)
    return;
  forEachWord(first, endOf(first, count),
              [this](size_t word, uint64 mask)
              {
                free_ += countBits(mask & bits_[word]);
                bits_[word] &= ~mask;
              });
  if (first / FRAMES_PER_WORD < first_with_free_)
    first_with_free_ = first / FRAMES_PER_WORD;
}

ppn_t FrameBitmap::findFree(size_t count)
{
  while (first_with_free_ < words_ && bits_[first_with_free_] == ALL_USED)
    ++first_with_free_;
  // Runs are aligned to their length, so one is either a whole number of words or lies inside one.
  return count >= FRAMES_PER_WORD ? findFreeWords(count / FRAMES_PER_WORD) : findFreeInWord(count);
}

ppn_t FrameBitmap::findFreeWords(size_t words) const
{
  const size_t start = (first_with_free_ + words - 1) / words * words;
  for (size_t word = start; word + words <= words_; word += words)
  {
    size_t free = 0;
    while (free < words && bits_[word + free] == 0)
      ++free;
    if (free == words)
      return word * FRAMES_PER_WORD;
  }
  return 0;
}

ppn_t FrameBitmap::findFreeInWord(size_t count) const
{
  // A bit for each place where a run may begin.
  const uint64 starts = ALL_USED / lowBits(count);
  for (size_t word = first_with_free_; word < words_; ++word)
  {
    uint64 runs = ~bits_[word];
    for (size_t length = 1; length < count; length *= 2)
      runs &= runs >> length; // what was true of `length` frames from here on is true of twice as many
    if (runs &= starts)
      return word * FRAMES_PER_WORD + static_cast<size_t>(__builtin_ctzl(runs));
  }
  return 0;
}
