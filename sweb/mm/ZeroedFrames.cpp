#include "ZeroedFrames.h"

#include "FrameBitmap.h"
#include "FrameBits.h"

using FrameBits::ALL;
using FrameBits::countBits;
using FrameBits::forEachWord;
using FrameBits::FRAMES_PER_WORD;

void ZeroedFrames::attach(uint64* memory, size_t words, size_t stock)
{
  bits_ = memory;
  words_ = words;
  stock_ = stock;
  zeroed_ = 0;
  first_with_work_ = 0;
  end_ = 0;
  for (size_t word = 0; word < words; ++word)
    bits_[word] = 0;
}

ppn_t ZeroedFrames::findWork(const FrameBitmap& frames)
{
  for (; first_with_work_ < words_; ++first_with_work_)
  {
    const uint64 work = ~(frames.getWord(first_with_work_) | bits_[first_with_work_]);
    if (work == 0)
      continue;
    const ppn_t frame = first_with_work_ * FRAMES_PER_WORD + static_cast<size_t>(__builtin_ctzl(work));
    return frame < end_ || zeroed_ < stock_ ? frame : 0;
  }
  return 0;
}

void ZeroedFrames::noteZeroed(ppn_t frame)
{
  bits_[frame / FRAMES_PER_WORD] |= 1UL << frame % FRAMES_PER_WORD;
  ++zeroed_;
  if (frame >= end_)
    end_ = frame + 1;
}

void ZeroedFrames::noteTaken(ppn_t first, size_t count)
{
  forEachWord(first, first + count, [this](size_t word, uint64 mask) { zeroed_ -= countBits(bits_[word] & mask); });
}

void ZeroedFrames::noteFreed(ppn_t first, size_t count)
{
  forEachWord(first, first + count, [this](size_t word, uint64 mask) { bits_[word] &= ~mask; });
  if (first / FRAMES_PER_WORD < first_with_work_)
    first_with_work_ = first / FRAMES_PER_WORD;
}

size_t ZeroedFrames::countDirty(ppn_t first, ppn_t end) const
{
  size_t dirty = 0;
  forEachWord(first, end, [&](size_t word, uint64 mask) { dirty += countBits(~bits_[word] & mask); });
  return dirty;
}

ppn_t ZeroedFrames::findDirty(ppn_t first, ppn_t end) const
{
  for (ppn_t frame = first; frame < end; frame = (frame / FRAMES_PER_WORD + 1) * FRAMES_PER_WORD)
  {
    const uint64 dirty = ~bits_[frame / FRAMES_PER_WORD] & ALL << frame % FRAMES_PER_WORD;
    if (dirty == 0)
      continue;
    const ppn_t found = frame / FRAMES_PER_WORD * FRAMES_PER_WORD + static_cast<size_t>(__builtin_ctzl(dirty));
    return found < end ? found : end;
  }
  return end;
}
