#include "FreeBlockIndex.h"

namespace
{
constexpr size_t STEP_BITS = 4;
constexpr size_t SMALL_BITS = 8;
static_assert(FreeBlockIndex::STEPS == 1 << STEP_BITS && FreeBlockIndex::SMALL_SIZE == 1 << SMALL_BITS);

size_t log2(size_t value)
{
  return 63 - static_cast<size_t>(__builtin_clzl(value));
}
} // namespace

FreeBlockIndex::SizeClass FreeBlockIndex::classOf(size_t size)
{
  if (size < SMALL_SIZE)
    return {0, size / GRANULE};
  const size_t power = log2(size);
  return {power - SMALL_BITS + 1, (size >> (power - STEP_BITS)) & (STEPS - 1)};
}

void FreeBlockIndex::insert(HeapBlock* block)
{
  auto* free = static_cast<FreeHeapBlock*>(block);
  const auto [level, step] = classOf(block->size());
  free->previous_free = nullptr;
  free->next_free = first_[level][step];
  if (free->next_free)
    free->next_free->previous_free = free;
  first_[level][step] = free;
  steps_with_blocks_[level] |= 1U << step;
  levels_with_blocks_ |= 1U << level;
}

void FreeBlockIndex::remove(HeapBlock* block)
{
  auto* free = static_cast<FreeHeapBlock*>(block);
  if (free->next_free)
    free->next_free->previous_free = free->previous_free;
  if (free->previous_free)
  {
    free->previous_free->next_free = free->next_free;
    return;
  }
  const auto [level, step] = classOf(block->size());
  first_[level][step] = free->next_free;
  if (free->next_free)
    return;
  steps_with_blocks_[level] &= ~(1U << step);
  if (!steps_with_blocks_[level])
    levels_with_blocks_ &= ~(1U << level);
}

HeapBlock* FreeBlockIndex::find(size_t size) const
{
  // Rounded up to the next class, so that any block of the class found is large enough.
  if (size >= SMALL_SIZE)
    size += (1UL << (log2(size) - STEP_BITS)) - 1;
  const auto [level, step] = classOf(size);
  if (level >= LEVELS)
    return nullptr;
  if (const uint32 steps = steps_with_blocks_[level] & ~0U << step)
    return first_[level][__builtin_ctz(steps)];
  const uint32 levels = level + 1 < 32 ? levels_with_blocks_ & ~0U << (level + 1) : 0;
  if (!levels)
    return nullptr;
  const auto larger = static_cast<size_t>(__builtin_ctz(levels));
  return first_[larger][__builtin_ctz(steps_with_blocks_[larger])];
}
