#pragma once

#include "types.h"

class Heap;

/// Allocations of many pages. Each has its own pages in a range of addresses, with an unmapped page behind, and
/// gives them back when it is freed; so large buffers neither fragment the heap nor keep memory from others. Only the
/// last one that was freed, if it is no larger than LARGEST_SPARE, waits for the next of its size: a buffer that is
/// taken and given back again and again, as for reading a file, need not be mapped and cleared each time. Whoever finds
/// that memory is short has it released. Not locked.
class LargeAllocations
{
public:
  static constexpr size_t LARGEST_SPARE = 64 * 1024;

  /// Places allocations in [start, start + size). Its book-keeping lives in `heap`.
  constexpr LargeAllocations(Heap& heap, pointer start, size_t size) : heap_(heap), start_(start), end_(start + size) {}

  [[nodiscard]] void* allocate(size_t size, pointer called_by);

  /// Frees the allocation that begins at `address`; false if there is none.
  [[nodiscard]] bool free(void* address);

  /// Gives back what waits for the next of its size; false if nothing does.
  bool releaseSpare();

  /// Usable bytes of the allocation that begins at `address`, 0 if there is none.
  [[nodiscard]] size_t sizeOf(const void* address) const;

  [[nodiscard]] size_t getUsedBytes() const { return used_bytes_; }
  /// The same with the spare one.
  [[nodiscard]] size_t getCommittedBytes() const { return used_bytes_ + (spare_ ? spare_->size : 0); }

  /// Calls `visit(address, bytes, called_by)` for each allocation.
  template <typename Visit> void forEach(Visit visit) const
  {
    for (const Allocation* a = first_; a; a = a->next)
      if (a != spare_)
        visit(a->start, a->size, a->called_by);
  }

private:
  struct Allocation
  {
    pointer start;
    size_t size; ///< in bytes, whole pages
    pointer called_by;
    Allocation* next; ///< in order of addresses
  };

  [[nodiscard]] void* allocateAnew(size_t size, pointer called_by);
  [[nodiscard]] Allocation* find(const void* address) const;
  void release(Allocation* allocation);

  Heap& heap_;
  const pointer start_;
  const pointer end_;
  Allocation* first_ = nullptr;
  Allocation* spare_ = nullptr; ///< in the list too: its addresses are not free
  size_t used_bytes_ = 0;
};
