#pragma once

#include "types.h"

/// Arithmetic on maps with a bit for each page frame, 64 frames to a word.
namespace FrameBits
{
constexpr size_t FRAMES_PER_WORD = 64;
constexpr uint64 ALL = ~0UL;

/// Number of set bits. Without the CPU's instruction for it, the compiler would call its library.
constexpr size_t countBits(uint64 word)
{
  if (word == ALL)
    return FRAMES_PER_WORD;
  size_t count = 0;
  for (; word != 0; word &= word - 1)
    ++count;
  return count;
}

constexpr uint64 lowBits(size_t count)
{
  return count == FRAMES_PER_WORD ? ALL : (1UL << count) - 1;
}

/// Calls `visit(word, mask)` for each word that has a part in the frames from `first` to before `end`: which word of
/// the map it is, and which of its bits these are.
template <typename Visit> void forEachWord(ppn_t first, ppn_t end, Visit visit)
{
  for (ppn_t frame = first; frame < end;)
  {
    const size_t bit = frame % FRAMES_PER_WORD;
    const size_t bits = end - frame < FRAMES_PER_WORD - bit ? end - frame : FRAMES_PER_WORD - bit;
    visit(frame / FRAMES_PER_WORD, lowBits(bits) << bit);
    frame += bits;
  }
}
} // namespace FrameBits
