#include "LargeAllocations.h"

#include "Heap.h"
#include "MappedRange.h"
#include "paging-definitions.h"

void* LargeAllocations::allocate(size_t size, pointer called_by)
{
  size = (size + PAGE_SIZE - 1) & ~(PAGE_SIZE - 1);
  if (spare_ && spare_->size == size)
  {
    Allocation* allocation = spare_;
    spare_ = nullptr;
    allocation->called_by = called_by;
    used_bytes_ += size;
    return reinterpret_cast<void*>(allocation->start);
  }
  return allocateAnew(size, called_by);
}

bool LargeAllocations::releaseSpare()
{
  if (!spare_)
    return false;
  release(spare_);
  spare_ = nullptr;
  return true;
}

void* LargeAllocations::allocateAnew(size_t size, pointer called_by)
{
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
  Allocation* allocation = find(address);
  if (!allocation)
    return false;
  used_bytes_ -= allocation->size;
  if (allocation->size > LARGEST_SPARE)
  {
    release(allocation);
    return true;
  }
  releaseSpare();
  spare_ = allocation;
  return true;
}

size_t LargeAllocations::sizeOf(const void* address) const
{
  const Allocation* allocation = find(address);
  return allocation ? allocation->size : 0;
}

/// One that is in use.
LargeAllocations::Allocation* LargeAllocations::find(const void* address) const
{
  for (Allocation* allocation = first_; allocation; allocation = allocation->next)
    if (allocation->start == reinterpret_cast<pointer>(address) && allocation != spare_)
      return allocation;
  return nullptr;
}

/// Gives its pages back.
void LargeAllocations::release(Allocation* allocation)
{
  Allocation** link = &first_;
  while (*link != allocation)
    link = &(*link)->next;
  *link = allocation->next;
  MappedRange::unmap(allocation->start, allocation->size / PAGE_SIZE);
  heap_.free(allocation, allocation->called_by);
}
