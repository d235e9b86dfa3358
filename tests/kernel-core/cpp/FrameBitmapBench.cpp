#include "FrameBitmapBench.h"

void FrameBitmapBench::mark_free(uint64_t first, size_t count)
{
  bitmap_.markFree(first, count);
  bitmap_.markUsed(0, 1);
}

std::unique_ptr<FrameBitmapBench> new_frame_bitmap(size_t words)
{
  return std::make_unique<FrameBitmapBench>(words);
}
