#include "Heap.h"

#include "assert.h"

namespace
{
constexpr size_t GRANULE = FreeBlockIndex::GRANULE;

/// Growing and shrinking go in steps, so that a few allocations back and forth at the end do not map and unmap pages.
constexpr size_t STEP = 8 * Heap::PAGE;

constexpr size_t roundUp(size_t value, size_t unit)
{
  return (value + unit - 1) & ~(unit - 1);
}

/// The smallest block worth splitting off: a header and a granule.
constexpr size_t SMALLEST_BLOCK = sizeof(HeapBlock) + GRANULE;
} // namespace

void Heap::check(const HeapBlock* block)
{
  assert(block->isIntact() && "a heap block's header was overwritten, or this never was a heap block");
}

void* Heap::allocate(size_t size, size_t alignment, pointer called_by)
{
  assert(alignment >= GRANULE && alignment <= MAX_ALIGNMENT && (alignment & (alignment - 1)) == 0);
  if (size >= limit_ - start_)
    return nullptr;
  size = roundUp(size ? size : 1, GRANULE);
  // An aligned place lies somewhere in a block that is larger by the alignment and a block to fill the gap in front.
  const size_t needed = alignment == GRANULE ? size : size + alignment + SMALLEST_BLOCK;

  HeapBlock* block = free_.find(needed);
  if (!block)
  {
    if (!grow(needed))
      return nullptr;
    block = free_.find(needed);
    assert(block && "the heap has grown by enough");
  }
  check(block);
  free_.remove(block);
  block = alignFront(block, alignment);
  splitTail(block, size);
  block->setUsed(true);
  block->called_by = called_by;
  used_bytes_ += block->size();
  ++used_blocks_;
  return reinterpret_cast<void*>(block->payload());
}

HeapBlock* Heap::alignFront(HeapBlock* block, size_t alignment)
{
  if (block->payload() % alignment == 0)
    return block;
  const pointer payload = roundUp(block->payload() + SMALLEST_BLOCK, alignment);
  auto* aligned = reinterpret_cast<HeapBlock*>(payload) - 1;
  HeapBlock* next = block->next();
  aligned->initialise(block, reinterpret_cast<pointer>(next) - payload, false);
  next->previous = aligned;
  block->setSize(reinterpret_cast<pointer>(aligned) - block->payload());
  free_.insert(block);
  return aligned;
}

void Heap::splitTail(HeapBlock* block, size_t size)
{
  if (block->size() - size < SMALLEST_BLOCK)
    return;
  HeapBlock* next = block->next();
  auto* tail = reinterpret_cast<HeapBlock*>(block->payload() + size);
  tail->initialise(block, block->size() - size - sizeof(HeapBlock), false);
  next->previous = tail;
  block->setSize(size);
  free_.insert(tail);
}

void Heap::free(void* address, pointer called_by)
{
  HeapBlock* block = HeapBlock::of(address);
  check(block);
  assert(block->isUsed() && "heap memory is freed twice");
  check(block->next());
  used_bytes_ -= block->size();
  --used_blocks_;
  block->setUsed(false);
  block->called_by = called_by;
  block = mergeWithNeighbours(block);
  free_.insert(block);
  if (block->next() == endMarker() && block->size() > 2 * STEP)
    shrink(block);
}

HeapBlock* Heap::mergeWithNeighbours(HeapBlock* block)
{
  if (HeapBlock* next = block->next(); !next->isUsed())
  {
    free_.remove(next);
    next->marker = 0; // no longer a header: a stale pointer to it must not look like one
    block->setSize(block->size() + sizeof(HeapBlock) + next->size());
    block->next()->previous = block;
  }
  if (HeapBlock* below = block->previous; below && !below->isUsed())
  {
    check(below);
    free_.remove(below);
    block->marker = 0;
    below->setSize(below->size() + sizeof(HeapBlock) + block->size());
    below->next()->previous = below;
    block = below;
  }
  return block;
}

bool Heap::grow(size_t needed)
{
  // The index looks for a block of the next larger class; a sixteenth more is always enough.
  const size_t bytes = roundUp(needed + needed / FreeBlockIndex::STEPS + 2 * sizeof(HeapBlock) + GRANULE, PAGE);
  return growBy(bytes > STEP ? bytes : STEP) || growBy(bytes);
}

bool Heap::growBy(size_t bytes)
{
  if (bytes > limit_ - end_ || !memory_.commit(end_, bytes))
    return false;
  const bool first_time = end_ == start_;
  HeapBlock* block = first_time ? firstBlock() : endMarker();
  HeapBlock* below = first_time ? nullptr : block->previous;
  end_ += bytes;
  block->initialise(below, reinterpret_cast<pointer>(endMarker()) - block->payload(), false);
  endMarker()->initialise(block, 0, true);
  free_.insert(mergeWithNeighbours(block));
  return true;
}

void Heap::shrink(HeapBlock* last)
{
  const pointer new_end = roundUp(last->payload() + STEP, PAGE);
  if (new_end >= end_)
    return;
  free_.remove(last);
  memory_.release(new_end, end_ - new_end);
  end_ = new_end;
  last->setSize(reinterpret_cast<pointer>(endMarker()) - last->payload());
  endMarker()->initialise(last, 0, true);
  free_.insert(last);
}

size_t Heap::sizeOf(void* address)
{
  const HeapBlock* block = HeapBlock::of(address);
  check(block);
  return block->size();
}
