#pragma once

#include "types.h"

class FrameBitmap;

/// Which free page frames are known to be zero already, one bit each, so that whoever gets them need not wait until
/// they are.
///
/// Frames are zeroed from the lowest on, where the page manager looks first too. Those that were handed out and came
/// back are zeroed again; beyond them there is always a stock, and no more, because memory that nobody wants need not
/// be touched.
///
/// Not locked. Knows nothing of the kernel, so it is tested on the developer's machine.
class ZeroedFrames
{
public:
  /// Covers as many frames as `memory` has bits; none of them is zeroed. `stock` is how many shall be.
  void attach(uint64* memory, size_t words, size_t stock);

  /// Free frames that are zero.
  [[nodiscard]] size_t getNumZeroed() const { return zeroed_; }

  /// The lowest frame worth zeroing now, of those that are free; 0 when there is none.
  [[nodiscard]] ppn_t findWork(const FrameBitmap& frames);

  /// A free frame was zeroed.
  void noteZeroed(ppn_t frame);

  /// Frames that were free are in use now. What they hold can still be asked for until noteFreed().
  void noteTaken(ppn_t first, size_t count);

  /// Frames are free from now on, and may hold anything.
  void noteFreed(ppn_t first, size_t count);

  /// How many frames from `first` to before `end` are not known to be zero.
  [[nodiscard]] size_t countDirty(ppn_t first, ppn_t end) const;

  /// The lowest frame from `first` to before `end` that was not known to be zero when it was taken; `end` if there is
  /// none.
  [[nodiscard]] ppn_t findDirty(ppn_t first, ppn_t end) const;

private:
  uint64* bits_ = nullptr;
  size_t words_ = 0;
  size_t stock_ = 0;
  size_t zeroed_ = 0;
  size_t first_with_work_ = 0; ///< no free frame needs zeroing in the words before this one
  ppn_t end_ = 0;              ///< behind the highest frame that was ever zeroed
};
