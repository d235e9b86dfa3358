#include "LargeAllocationsBench.h"

#include "MappedRange.h"
#include <stdexcept>

namespace
{
constexpr pointer WINDOW = 0x10000000;
constexpr size_t WINDOW_PAGES = 256;
constexpr size_t HEAP_PAGES = 64;

/// Of the bench that is in use: the class asks nobody in particular for pages.
thread_local size_t free_pages;
thread_local size_t mapped_pages;
} // namespace

bool MappedRange::map(pointer, size_t pages, Claim)
{
  if (pages > free_pages)
    return false;
  free_pages -= pages;
  mapped_pages += pages;
  return true;
}

void MappedRange::unmap(pointer, size_t pages)
{
  free_pages += pages;
  mapped_pages -= pages;
}

LargeAllocationsBench::LargeAllocationsBench(size_t budget_pages)
    : heap_(HEAP_PAGES, HEAP_PAGES), large_(heap_.heap(), WINDOW, WINDOW_PAGES * Heap::PAGE), budget_(budget_pages)
{
  free_pages = budget_pages;
  mapped_pages = 0;
}

size_t LargeAllocationsBench::allocate(size_t size)
{
  return reinterpret_cast<size_t>(large_.allocate(size, 0));
}

bool LargeAllocationsBench::free(size_t address)
{
  return large_.free(reinterpret_cast<void*>(address));
}

bool LargeAllocationsBench::release_spare()
{
  return large_.releaseSpare();
}

size_t LargeAllocationsBench::size_of(size_t address) const
{
  return large_.sizeOf(reinterpret_cast<void*>(address));
}

size_t LargeAllocationsBench::visible_bytes() const
{
  size_t bytes = 0;
  large_.forEach([&](pointer, size_t size, pointer) { bytes += size; });
  return bytes;
}

size_t LargeAllocationsBench::committed_bytes() const
{
  if (free_pages + mapped_pages != budget_ || large_.getCommittedBytes() != mapped_pages * Heap::PAGE)
    throw std::runtime_error("the account differs from what is mapped");
  return large_.getCommittedBytes();
}

std::unique_ptr<LargeAllocationsBench> new_large_allocations(size_t budget_pages)
{
  return std::make_unique<LargeAllocationsBench>(budget_pages);
}
