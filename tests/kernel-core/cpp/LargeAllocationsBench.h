#pragma once

#include "HeapBench.h"
#include "LargeAllocations.h"
#include <cstddef>
#include <memory>

/// LargeAllocations over a heap, in addresses at which there is nothing: their pages are only counted.
class LargeAllocationsBench
{
public:
  explicit LargeAllocationsBench(size_t budget_pages);

  size_t allocate(size_t size);
  bool free(size_t address);
  bool release_spare();
  size_t size_of(size_t address) const;
  size_t used_bytes() const { return large_.getUsedBytes(); }
  size_t visible_bytes() const;
  size_t committed_bytes() const;

private:
  HeapBench heap_;
  LargeAllocations large_;
  size_t budget_;
};

std::unique_ptr<LargeAllocationsBench> new_large_allocations(size_t budget_pages);
