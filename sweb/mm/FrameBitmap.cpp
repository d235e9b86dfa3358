#include "FrameBitmap.h"

namespace
{
/// Number of set bits. Without the CPU's instruction for it, the compiler would call its library.
size_t countBits(uint64 word)
{
  if (word == FrameBitmap::ALL_USED)
    return FrameBitmap::FRAMES_PER_WORD;
  size_t count = 0;
  for (; word != 0; word &= word - 1)
    ++count;
  return count;
}

constexpr uint64 lowBits(size_t count)
{
  return count == FrameBitmap::FRAMES_PER_WORD ? FrameBitmap::ALL_USED : (1UL << count) - 1;
}
} // namespace

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

template <typename Change> void FrameBitmap::forEachWord(ppn_t first, size_t count, Change change)
{
  const ppn_t end = count < getNumFrames() - first ? first + count : getNumFrames();
  for (ppn_t frame = first; frame < end;)
  {
    const size_t bit = frame % FRAMES_PER_WORD;
    const size_t bits = end - frame < FRAMES_PER_WORD - bit ? end - frame : FRAMES_PER_WORD - bit;
    change(bits_[frame / FRAMES_PER_WORD], lowBits(bits) << bit);
    frame += bits;
  }
}

void FrameBitmap::markUsed(ppn_t first, size_t count)
{
  if (first >= getNumFrames())
    return;
  forEachWord(first, count,
              [this](uint64& word, uint64 mask)
              {
                free_ -= countBits(mask & ~word);
                word |= mask;
              });
}

void FrameBitmap::markFree(ppn_t first, size_t count)
{
  if (first >= getNumFrames() || count == 0)
    return;
  forEachWord(first, count,
              [this](uint64& word, uint64 mask)
              {
                free_ += countBits(mask & word);
                word &= ~mask;
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
  const uint64 run = lowBits(count);
  for (size_t word = first_with_free_; word < words_; ++word)
  {
    if (bits_[word] == ALL_USED)
      continue;
    for (size_t bit = 0; bit < FRAMES_PER_WORD; bit += count)
      if (!(bits_[word] & run << bit))
        return word * FRAMES_PER_WORD + bit;
  }
  return 0;
}
