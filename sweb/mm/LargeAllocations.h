#pragma once

#include "types.h"

class Heap;

/// Allocations of many pages. Each has its own pages in a range of addresses, with an unmapped page behind, and
/// gives them back at once when it is freed; so large buffers neither fragment the heap nor keep memory from others.
/// Not locked.
class LargeAllocations
{
public:
  /// Places allocations in [start, start + size). Its book-keeping lives in `heap`.
  constexpr LargeAllocations(Heap& heap, pointer start, size_t size) : heap_(heap), start_(start), end_(start + size) {}

  [[nodiscard]] void* allocate(size_t size, pointer called_by);

  /// Frees the allocation that begins at `address`; false if there is none.
  [[nodiscard]] bool free(void* address);

  /// Usable bytes of the allocation that begins at `address`, 0 if there is none.
  [[nodiscard]] size_t sizeOf(const void* address) const;

  [[nodiscard]] size_t getUsedBytes() const { return used_bytes_; }

  /// Calls `visit(address, bytes, called_by)` for each allocation.
  template <typename Visit> void forEach(Visit visit) const
  {
    for (const Allocation* a = first_; a; a = a->next)
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

  Heap& heap_;
  const pointer start_;
  const pointer end_;
  Allocation* first_ = nullptr;
  size_t used_bytes_ = 0;
};
