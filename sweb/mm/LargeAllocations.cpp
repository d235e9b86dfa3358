#include "LargeAllocations.h"

#include "Heap.h"
#include "MappedRange.h"
#include "paging-definitions.h"

void* LargeAllocations::allocate(size_t size, pointer called_by)
{
  size = (size + PAGE_SIZE - 1) & ~(PAGE_SIZE - 1);
  const size_t with_guard = size + PAGE_SIZE;

  pointer start = start_;
  Allocation** link = &first_;
  for (; *link && (*link)->start - start < with_guard; link = &(*link)->next)
    start = (*link)->start + (*link)->size + PAGE_SIZE;
  if (end_ - start < with_guard)
    return nullptr;

  auto* allocation = static_cast<Allocation*>(heap_.allocate(sizeof(Allocation), FreeBlockIndex::GRANULE, called_by));
  if (!allocation)
    return nullptr;
  if (!MappedRange::map(start, size / PAGE_SIZE))
  {
    heap_.free(allocation, called_by);
    return nullptr;
  }
  *allocation = {start, size, called_by, *link};
  *link = allocation;
  used_bytes_ += size;
  return reinterpret_cast<void*>(start);
}

bool LargeAllocations::free(void* address)
{
  for (Allocation** link = &first_; *link; link = &(*link)->next)
  {
    Allocation* allocation = *link;
    if (allocation->start != reinterpret_cast<pointer>(address))
      continue;
    *link = allocation->next;
    used_bytes_ -= allocation->size;
    MappedRange::unmap(allocation->start, allocation->size / PAGE_SIZE);
    heap_.free(allocation, allocation->called_by);
    return true;
  }
  return false;
}

size_t LargeAllocations::sizeOf(const void* address) const
{
  for (const Allocation* allocation = first_; allocation; allocation = allocation->next)
    if (allocation->start == reinterpret_cast<pointer>(address))
      return allocation->size;
  return 0;
}
