#pragma once

#include "FrameBits.h"
#include "types.h"

/// Which page frames of physical memory are in use, one bit each, and where a free run of them is.
///
/// Not locked. Knows nothing of the kernel, so it is tested on the developer's machine.
class FrameBitmap
{
public:
  static constexpr size_t FRAMES_PER_WORD = FrameBits::FRAMES_PER_WORD;
  static constexpr uint64 ALL_USED = FrameBits::ALL;

  /// Covers frames 0 to `words` * FRAMES_PER_WORD - 1, with its bits in `memory`. At first all of them are in use.
  void attach(uint64* memory, size_t words);

  [[nodiscard]] size_t getNumFrames() const { return words_ * FRAMES_PER_WORD; }
  [[nodiscard]] size_t getNumFree() const { return free_; }
  [[nodiscard]] bool isUsed(ppn_t frame) const { return bits_[frame / FRAMES_PER_WORD] >> frame % FRAMES_PER_WORD & 1; }

  /// True if all of the frames are in use.
  [[nodiscard]] bool areUsed(ppn_t first, size_t count) const;

  /// The 64 frames from `word` * FRAMES_PER_WORD on, a set bit for each in use.
  [[nodiscard]] uint64 getWord(size_t word) const { return bits_[word]; }

  /// Frames that are in this state already are left alone. What lies beyond the end is ignored.
  void markUsed(ppn_t first, size_t count);
  void markFree(ppn_t first, size_t count);

  /// The lowest run of `count` free frames (a power of two) that is aligned to its length; 0 when there is none. So
  /// frame 0 must never be free.
  [[nodiscard]] ppn_t findFree(size_t count);

private:
  [[nodiscard]] ppn_t endOf(ppn_t first, size_t count) const;
  [[nodiscard]] ppn_t findFreeWords(size_t words) const;
  [[nodiscard]] ppn_t findFreeInWord(size_t count) const;

  uint64* bits_ = nullptr;
  size_t words_ = 0;
  size_t free_ = 0;
  size_t first_with_free_ = 0; ///< no frame is free in the words before this one
};
