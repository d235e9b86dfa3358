#pragma once

#include "FreeBlockIndex.h"
#include "HeapBlock.h"
#include "types.h"

/// Where a heap gets its memory: a range of addresses of which it uses a part from the start on.
class HeapMemory
{
public:
  /// Makes `size` bytes from `start` on usable (both multiples of a page); false when there is no memory.
  [[nodiscard]] virtual bool commit(pointer start, size_t size) = 0;

  /// Takes them away again.
  virtual void release(pointer start, size_t size) = 0;

protected:
  constexpr HeapMemory() = default;
  ~HeapMemory() = default;
};

/// A heap that grows and shrinks at its end. Every operation takes constant time, apart from committing memory. Headers
/// are checked whenever they are touched: a double free, and writing over the end of a block, panic.
///
/// Not locked. Knows nothing of the kernel, so it is tested on the developer's machine.
class Heap
{
public:
  static constexpr size_t PAGE = 4096;
  static constexpr size_t MAX_ALIGNMENT = PAGE;

  /// The heap may use [start, start + size); `start` is a multiple of a page.
  constexpr Heap(HeapMemory& memory, pointer start, size_t size)
      : memory_(memory), start_(start), end_(start), limit_(start + size)
  {
  }
  Heap(const Heap&) = delete;
  Heap& operator=(const Heap&) = delete;

  /// Memory for at least `size` bytes, aligned to `alignment` (a power of two from 16 to MAX_ALIGNMENT); null when
  /// there is none.
  [[nodiscard]] void* allocate(size_t size, size_t alignment, pointer called_by);

  void free(void* address, pointer called_by);

  /// Usable bytes behind an address that allocate() returned.
  [[nodiscard]] static size_t sizeOf(void* address);

  [[nodiscard]] bool contains(const void* address) const
  {
    return reinterpret_cast<pointer>(address) >= start_ && reinterpret_cast<pointer>(address) < end_;
  }

  [[nodiscard]] size_t getUsedBytes() const { return used_bytes_; }
  [[nodiscard]] size_t getUsedBlocks() const { return used_blocks_; }
  [[nodiscard]] size_t getCommittedBytes() const { return end_ - start_; }

  /// Calls `visit(block)` for every block from the lowest address on, checking each.
  template <typename Visit> void forEachBlock(Visit visit) const
  {
    if (end_ == start_)
      return;
    for (const HeapBlock* block = firstBlock(); block->size() != 0; block = block->next())
    {
      check(block);
      visit(*block);
    }
  }

private:
  static void check(const HeapBlock* block);

  [[nodiscard]] HeapBlock* firstBlock() const { return reinterpret_cast<HeapBlock*>(start_); }
  /// A used block of no size that ends the heap, so that every block has a next one.
  [[nodiscard]] HeapBlock* endMarker() const { return reinterpret_cast<HeapBlock*>(end_) - 1; }

  bool grow(size_t needed);
  bool growBy(size_t bytes);
  void shrink(HeapBlock* last);
  HeapBlock* mergeWithNeighbours(HeapBlock* block);
  HeapBlock* alignFront(HeapBlock* block, size_t alignment);
  void splitTail(HeapBlock* block, size_t size);

  HeapMemory& memory_;
  const pointer start_;
  pointer end_; ///< of the committed part
  const pointer limit_;
  FreeBlockIndex free_;
  size_t used_bytes_ = 0;
  size_t used_blocks_ = 0;
};
