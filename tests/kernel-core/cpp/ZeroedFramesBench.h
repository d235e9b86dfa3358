#pragma once

#include "FrameBitmap.h"
#include "ZeroedFrames.h"
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

/// Both maps of the page manager, beside a flag for each frame that says whether it is dirty. Frame 0 is in use.
class ZeroedFramesBench
{
public:
  ZeroedFramesBench(size_t words, size_t stock);

  uint64_t take(size_t count);
  void give_back(uint64_t first, size_t count);
  uint64_t zero_ahead();
  size_t num_zeroed() const { return zeroed_.getNumZeroed(); }
  size_t zeroed_late() const { return late_; }

private:
  std::vector<uint64> memory_;
  std::vector<bool> dirty_;
  FrameBitmap frames_;
  ZeroedFrames zeroed_;
  size_t late_ = 0;
};

std::unique_ptr<ZeroedFramesBench> new_zeroed_frames(size_t words, size_t stock);
