#pragma once

#include "FrameBitmap.h"
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

/// The page manager's bitmap over memory of the host. Frame 0 is in use and stays so.
class FrameBitmapBench
{
public:
  explicit FrameBitmapBench(size_t words) : memory_(words) { bitmap_.attach(memory_.data(), words); }

  void mark_used(uint64_t first, size_t count) { bitmap_.markUsed(first, count); }
  void mark_free(uint64_t first, size_t count);
  uint64_t find_free(size_t count) { return bitmap_.findFree(count); }
  size_t num_free() const { return bitmap_.getNumFree(); }
  bool is_used(uint64_t frame) const { return bitmap_.isUsed(frame); }

private:
  std::vector<uint64> memory_;
  FrameBitmap bitmap_;
};

std::unique_ptr<FrameBitmapBench> new_frame_bitmap(size_t words);
