#pragma once

#include "Claim.h"
#include "FrameBitmap.h"
#include "SpinLock.h"
#include "ZeroedFrames.h"
#include "paging-definitions.h"
#include "types.h"

/// Owner of all physical memory: a bit per page says whether it is in use, another whether a free one is zero.
///
/// All functions may be called with interrupts enabled or disabled, and never block.
class PageManager
{
public:
  [[nodiscard]] static PageManager* instance() { return &instance_; }

  /// Reads the memory map and takes over all RAM that neither the kernel image, its page tables nor a boot module uses.
  void initialise();

  /// Allocates `size` bytes of contiguous physical memory, zeroed, `size` being a power of two of at least one page;
  /// it is aligned to its size. Returns the number of the first page, 0 when there is none, or when more than
  /// `pages_to_zero` of them would have to be zeroed first, for which a caller with interrupts disabled has no time.
  [[nodiscard]] ppn_t allocPPN(size_t size = PAGE_SIZE, Claim claim = Claim::ORDINARY, size_t pages_to_zero = ~0UL);

  /// Frees memory of one allocPPN(), or a part of it. Freeing a free page panics.
  void freePPN(ppn_t page_number, size_t size = PAGE_SIZE);

  /// Zeroes a free page, so that nobody has to wait for that later; false when enough of them are. For the idle thread.
  [[nodiscard]] bool zeroAhead();

  /// Sets `pages` free pages aside, which only Claim::RESERVED gets; false when there are not enough. See
  /// MemoryReservation.
  [[nodiscard]] bool reserve(size_t pages);
  void unreserve(size_t pages);

  /// True while pages that were set aside are in use: nobody gets anything but with Claim::RESERVED.
  [[nodiscard]] bool isReserveTouched() const { return frames_.getNumFree() < reserved_; }

  /// Pages that Claim::ORDINARY can have.
  [[nodiscard]] size_t getNumAvailablePages() const
  {
    return isReserveTouched() ? 0 : frames_.getNumFree() - reserved_;
  }

  /// Pages of RAM under management, used or not.
  [[nodiscard]] size_t getTotalNumPages() const { return total_pages_; }
  [[nodiscard]] size_t getNumFreePages() const { return frames_.getNumFree(); }

  /// Prints which pages are in use to the debug output.
  void printBitmap() const;

  PageManager(const PageManager&) = delete;
  PageManager& operator=(const PageManager&) = delete;

private:
  constexpr PageManager() : lock_("PageManager") {}

  void placeBitmaps();
  void takeOverFreeMemory();

  static PageManager instance_;

  mutable SpinLock lock_;
  FrameBitmap frames_;
  ZeroedFrames zeroed_;
  size_t total_pages_ = 0;
  size_t reserved_ = 0; ///< pages set aside
};
