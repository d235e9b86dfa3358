#include "ZeroedFramesBench.h"

#include <stdexcept>

ZeroedFramesBench::ZeroedFramesBench(size_t words, size_t stock)
    : memory_(2 * words), dirty_(words * FrameBitmap::FRAMES_PER_WORD, true)
{
  frames_.attach(memory_.data(), words);
  frames_.markFree(1, dirty_.size() - 1);
  zeroed_.attach(memory_.data() + words, words, stock);
}

uint64_t ZeroedFramesBench::take(size_t count)
{
  const ppn_t first = frames_.findFree(count);
  if (first == 0)
    return 0;
  frames_.markUsed(first, count);
  zeroed_.noteTaken(first, count);
  const ppn_t end = first + count;
  const size_t late_before = late_;
  const size_t counted = zeroed_.countDirty(first, end);
  for (ppn_t frame = zeroed_.findDirty(first, end); frame < end; frame = zeroed_.findDirty(frame + 1, end))
  {
    dirty_[frame] = false;
    ++late_;
  }
  if (late_ - late_before != counted)
    throw std::runtime_error("the dirty frames are miscounted");
  for (ppn_t frame = first; frame < end; ++frame)
    if (dirty_[frame])
      throw std::runtime_error("a dirty frame is handed out");
  return first;
}

void ZeroedFramesBench::give_back(uint64_t first, size_t count)
{
  for (size_t i = 0; i < count; ++i)
    dirty_[first + i] = true;
  frames_.markFree(first, count);
  zeroed_.noteFreed(first, count);
}

uint64_t ZeroedFramesBench::zero_ahead()
{
  const ppn_t frame = zeroed_.findWork(frames_);
  if (frame == 0)
    return 0;
  dirty_[frame] = false;
  zeroed_.noteZeroed(frame);
  return frame;
}

std::unique_ptr<ZeroedFramesBench> new_zeroed_frames(size_t words, size_t stock)
{
  return std::make_unique<ZeroedFramesBench>(words, stock);
}
