#include "KernelMemoryManager.h"

#include "AllocationFaults.h"
#include "AllocationSites.h"
#include "MappedRange.h"
#include "MemoryReservation.h"
#include "PageManager.h"
#include "assert.h"
#include "kprintf.h"
#include "kstring.h"

constinit KernelMemoryManager KernelMemoryManager::instance_;

bool KernelMemoryManager::WindowMemory::commit(pointer start, size_t size)
{
  return MappedRange::map(start, size / PAGE_SIZE, claim);
}

void KernelMemoryManager::WindowMemory::release(pointer start, size_t size)
{
  MappedRange::unmap(start, size / PAGE_SIZE);
}

void* KernelMemoryManager::allocateMemory(size_t size, size_t alignment, pointer called_by, Claim claim)
{
  if (size >= LARGE_ALLOCATION)
    claim = Claim::ORDINARY;
  if (claim == Claim::ORDINARY && AllocationFaults::strike())
    return nullptr;
  if (claim == Claim::RESERVED)
    MemoryReservation::noteUse(size, called_by);

  ScopeSpinLock guard(lock_);
  memory_.claim = claim;
  void* memory = take(size, alignment, called_by);
  if (!memory && large_.releaseSpare())
    memory = take(size, alignment, called_by);
  return memory;
}

void* KernelMemoryManager::take(size_t size, size_t alignment, pointer called_by)
{
  // What is free inside the heap counts as set aside, too, once pages that were are in use.
  if (memory_.claim == Claim::ORDINARY && PageManager::instance()->isReserveTouched())
    return nullptr;
  if (size >= LARGE_ALLOCATION)
    return size < KERNEL_HEAP_SIZE / 2 ? large_.allocate(size, called_by) : nullptr;
  return heap_.allocate(size, alignment < FreeBlockIndex::GRANULE ? FreeBlockIndex::GRANULE : alignment, called_by);
}

bool KernelMemoryManager::releaseSpare()
{
  ScopeSpinLock guard(lock_);
  return large_.releaseSpare();
}

void KernelMemoryManager::freeMemory(void* address, pointer called_by)
{
  if (!address)
    return;
  ScopeSpinLock guard(lock_);
  if (heap_.contains(address))
  {
    MemoryReservation::noteFree(Heap::sizeOf(address));
    heap_.free(address, called_by);
  }
  else if (!large_.free(address))
    kpanict("%p is freed (at %#lx) but is no heap memory", address, called_by);
}

size_t KernelMemoryManager::usableSize(void* address) const
{
  return heap_.contains(address) ? Heap::sizeOf(address) : large_.sizeOf(address);
}

void* KernelMemoryManager::reallocateMemory(void* address, size_t new_size, pointer called_by)
{
  size_t old_size = 0;
  if (address)
  {
    ScopeSpinLock guard(lock_);
    old_size = usableSize(address);
    if (new_size <= old_size && new_size >= old_size / 2)
      return address;
  }
  void* moved = allocateMemory(new_size, FreeBlockIndex::GRANULE, called_by);
  if (!moved)
    return nullptr;
  memcpy(moved, address, old_size < new_size ? old_size : new_size);
  freeMemory(address, called_by);
  return moved;
}

size_t KernelMemoryManager::getUsedKernelMemory(bool show)
{
  ScopeSpinLock guard(lock_);
  const size_t used = heap_.getUsedBytes() + large_.getUsedBytes();
  if (show)
  {
    kprintfd("Kernel heap: %zu bytes in %zu blocks, %zu KiB committed; large allocations: %zu KiB\n",
             heap_.getUsedBytes(), heap_.getUsedBlocks(), heap_.getCommittedBytes() / 1024,
             large_.getUsedBytes() / 1024);
    printAllocationSites();
  }
  return used;
}

size_t KernelMemoryManager::getNumPages() const
{
  ScopeSpinLock guard(lock_);
  return (heap_.getCommittedBytes() + large_.getCommittedBytes()) / PAGE_SIZE;
}

void KernelMemoryManager::printAllocationSites() const
{
  AllocationSites sites;
  heap_.forEachBlock(
      [&sites](const HeapBlock& block)
      {
        if (block.isUsed())
          sites.add(block.called_by, block.size());
      });
  large_.forEach([&sites](pointer, size_t size, pointer called_by) { sites.add(called_by, size); });
  sites.print();
}
