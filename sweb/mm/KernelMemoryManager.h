#pragma once

#include "Claim.h"
#include "Heap.h"
#include "LargeAllocations.h"
#include "SpinLock.h"
#include "paging-definitions.h"
#include "types.h"

/// The kernel heap: small allocations in a Heap that grows and shrinks, large ones with pages of their own. Both live
/// in the heap's window of the address space and take frames from the page manager as they need them.
///
/// All functions may be called with interrupts enabled or disabled and never block. `called_by` is remembered for F9.
class KernelMemoryManager
{
public:
  /// Allocations from this size on get pages of their own.
  static constexpr size_t LARGE_ALLOCATION = 32 * 1024;

  [[nodiscard]] static KernelMemoryManager* instance() { return &instance_; }

  /// Null when out of memory. `alignment` is a power of two up to a page. Of Claim::RESERVED are only sizes below
  /// LARGE_ALLOCATION.
  [[nodiscard]] void* allocateMemory(size_t size, size_t alignment, pointer called_by, Claim claim = Claim::ORDINARY);
  void freeMemory(void* address, pointer called_by);
  [[nodiscard]] void* reallocateMemory(void* address, size_t new_size, pointer called_by);

  /// Gives back pages that are kept only for speed; false if there are none. For whoever finds too few free.
  [[nodiscard]] bool releaseSpare();

  /// Bytes handed out at the moment; with `show`, prints figures and allocation sites to the debug output.
  size_t getUsedKernelMemory(bool show);

  /// Frames the heap has at the moment, handed out or kept for reuse.
  [[nodiscard]] size_t getNumPages() const;

private:
  class WindowMemory : public HeapMemory
  {
  public:
    constexpr WindowMemory() = default;
    bool commit(pointer start, size_t size) override;
    void release(pointer start, size_t size) override;

    Claim claim = Claim::ORDINARY; ///< how commit() takes pages
  };

  constexpr KernelMemoryManager()
      : lock_("KernelMemoryManager"), heap_(memory_, KERNEL_HEAP_START, KERNEL_HEAP_SIZE / 2),
        large_(heap_, KERNEL_HEAP_START + KERNEL_HEAP_SIZE / 2, KERNEL_HEAP_SIZE / 2)
  {
  }

  /// As memory_.claim says.
  [[nodiscard]] void* take(size_t size, size_t alignment, pointer called_by);
  [[nodiscard]] size_t usableSize(void* address) const;
  void printAllocationSites() const;

  static KernelMemoryManager instance_;

  mutable SpinLock lock_;
  WindowMemory memory_;
  Heap heap_;
  LargeAllocations large_;
};
