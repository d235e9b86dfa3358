#pragma once

#include "HeapBlock.h"
#include "types.h"

/// The free blocks of a heap, sorted into size classes so that a fitting one is found in constant time: the two-level
/// segregated fit of Masmano, Ripoll, Crespo and Real ("TLSF: a New Dynamic Memory Allocator for Real-Time Systems",
/// 2004).
///
/// The first level is the power of two below the size, the second divides it into 16 equal steps. A bit for each class
/// says whether it has blocks.
class FreeBlockIndex
{
public:
  static constexpr size_t GRANULE = 16;
  static constexpr size_t STEPS = 16;
  static constexpr size_t SMALL_SIZE = GRANULE * STEPS; ///< below, classes are single multiples of GRANULE
  static constexpr size_t LEVELS = 30;

  void insert(HeapBlock* block);
  void remove(HeapBlock* block);

  /// A free block of at least `size` bytes, left in the index; null when there is none.
  [[nodiscard]] HeapBlock* find(size_t size) const;

private:
  struct SizeClass
  {
    size_t level;
    size_t step;
  };

  [[nodiscard]] static SizeClass classOf(size_t size);

  uint32 levels_with_blocks_ = 0;
  uint32 steps_with_blocks_[LEVELS] = {};
  FreeHeapBlock* first_[LEVELS][STEPS] = {};
};
