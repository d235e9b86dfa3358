#include "PageManager.h"

#include "AllocationFaults.h"
#include "ArchCommon.h"
#include "ArchMemory.h"
#include "BootMemory.h"
#include "BootPaging.h"
#include "assert.h"
#include "debug.h"
#include "kprintf.h"
#include "kstring.h"

constinit PageManager PageManager::instance_;

namespace
{
/// With this on, free pages are filled with a pattern that is checked when they are allocated again, which finds who
/// writes to memory it has given back. Off, because filling touches all of the memory.
constexpr bool CHECK_WRITE_AFTER_FREE = false;
constexpr uint8 FREE_PATTERN = 0xFF;

/// Free pages that are kept zeroed: those of a guest of the usual size, and as much again.
constexpr size_t ZEROED_STOCK = (32 << 20) / PAGE_SIZE;

/// In a virtual machine, memory that was never touched is memory that its host can give to others.
size_t zeroedStock()
{
  return CHECK_WRITE_AFTER_FREE || ArchCommon::isVirtualMachine() ? 0 : ZEROED_STOCK;
}

void* frame(ppn_t page)
{
  return reinterpret_cast<void*>(ArchMemory::getIdentAddressOfPPN(page));
}

constexpr uint64 pagesUpTo(uint64 address)
{
  return address / PAGE_SIZE;
}

constexpr uint64 pagesUpToIncluding(uint64 address)
{
  return address / PAGE_SIZE + (address % PAGE_SIZE != 0);
}
} // namespace

void PageManager::initialise()
{
  placeBitmaps();
  takeOverFreeMemory();
  debug(PM, "%zu pages of memory (%zu MiB), %zu free\n", total_pages_, total_pages_ * PAGE_SIZE >> 20,
        getNumFreePages());
}

void PageManager::placeBitmaps()
{
  uint64 end = 0;
  for (size_t i = 0; i < ArchCommon::getNumMemoryRegions(); ++i)
  {
    const ArchCommon::MemoryRegion& region = ArchCommon::getMemoryRegion(i);
    if (region.usable && region.end > end)
      end = region.end;
  }
  if (end > BootPaging::MAX_PHYSICAL_ADDRESS)
  {
    kprintf("Memory above %lu GiB is not used.\n", BootPaging::MAX_PHYSICAL_ADDRESS >> 30);
    end = BootPaging::MAX_PHYSICAL_ADDRESS;
  }
  const size_t words = (pagesUpTo(end) + FrameBitmap::FRAMES_PER_WORD - 1) / FrameBitmap::FRAMES_PER_WORD;
  const ppn_t bitmaps = BootMemory::allocatePages(pagesUpToIncluding(2 * words * sizeof(uint64)));
  auto* const bits = static_cast<uint64*>(frame(bitmaps));
  frames_.attach(bits, words);
  zeroed_.attach(bits + words, words, zeroedStock());
}

void PageManager::takeOverFreeMemory()
{
  const auto markFree = [this](uint64 first, uint64 end)
  {
    if (first < end)
      frames_.markFree(first, end - first);
  };
  const auto markUsed = [this](uint64 start, uint64 end)
  { frames_.markUsed(pagesUpTo(start), pagesUpToIncluding(end) - pagesUpTo(start)); };

  // Only whole pages of RAM count, and reserved memory wins where the map contradicts itself.
  for (size_t i = 0; i < ArchCommon::getNumMemoryRegions(); ++i)
    if (const ArchCommon::MemoryRegion& region = ArchCommon::getMemoryRegion(i); region.usable)
      markFree(pagesUpToIncluding(region.start), pagesUpTo(region.end));
  for (size_t i = 0; i < ArchCommon::getNumMemoryRegions(); ++i)
    if (const ArchCommon::MemoryRegion& region = ArchCommon::getMemoryRegion(i); !region.usable)
      markUsed(region.start, region.end);
  markUsed(0, PAGE_SIZE); // page 0 means "none", and the BIOS keeps its data there
  total_pages_ = frames_.getNumFree();

  markUsed(ArchCommon::getKernelStartPhysical(), BootMemory::getEnd());
  for (size_t i = 0; i < ArchCommon::getNumModules(); ++i)
    markUsed(ArchCommon::getModule(i).start, ArchCommon::getModule(i).end);

  if constexpr (CHECK_WRITE_AFTER_FREE)
    for (ppn_t page = 0; page < frames_.getNumFrames(); ++page)
      if (!frames_.isUsed(page))
        memset(frame(page), FREE_PATTERN, PAGE_SIZE);
}

bool PageManager::reserve(size_t pages)
{
  ScopeSpinLock guard(lock_);
  if (getNumAvailablePages() < pages)
    return false;
  reserved_ += pages;
  return true;
}

void PageManager::unreserve(size_t pages)
{
  ScopeSpinLock guard(lock_);
  assert(pages <= reserved_);
  reserved_ -= pages;
}

ppn_t PageManager::allocPPN(size_t size, Claim claim, size_t pages_to_zero)
{
  const size_t count = size / PAGE_SIZE;
  assert(size % PAGE_SIZE == 0 && count != 0 && (count & (count - 1)) == 0 && "a power of two of whole pages");

  if (claim == Claim::ORDINARY && AllocationFaults::strike())
    return 0;
  ppn_t page;
  {
    ScopeSpinLock guard(lock_);
    if (claim == Claim::ORDINARY && getNumAvailablePages() < count)
      return 0;
    page = frames_.findFree(count);
    if (page == 0 || (count > pages_to_zero && zeroed_.countDirty(page, page + count) > pages_to_zero))
      return 0;
    frames_.markUsed(page, count);
    zeroed_.noteTaken(page, count);
  }
  if constexpr (CHECK_WRITE_AFTER_FREE)
    assert(!memnotchr(frame(page), FREE_PATTERN, size) && "somebody wrote to a free page");
  const ppn_t end = page + count;
  for (ppn_t dirty = zeroed_.findDirty(page, end); dirty < end; dirty = zeroed_.findDirty(dirty + 1, end))
    memset(frame(dirty), 0, PAGE_SIZE);
  return page;
}

bool PageManager::zeroAhead()
{
  ScopeSpinLock guard(lock_);
  const ppn_t page = zeroed_.findWork(frames_);
  if (page == 0)
    return false;
  memset(frame(page), 0, PAGE_SIZE);
  zeroed_.noteZeroed(page);
  return true;
}

void PageManager::freePPN(ppn_t page_number, size_t size)
{
  const size_t count = size / PAGE_SIZE;
  assert(size % PAGE_SIZE == 0 && page_number != 0 && page_number + count <= frames_.getNumFrames());
  if constexpr (CHECK_WRITE_AFTER_FREE)
    memset(frame(page_number), FREE_PATTERN, size);

  ScopeSpinLock guard(lock_);
  assert(frames_.areUsed(page_number, count) && "a page is freed twice");
  frames_.markFree(page_number, count);
  zeroed_.noteFreed(page_number, count);
}

void PageManager::printBitmap() const
{
  kprintfd("Physical memory, a character for each page: # used, . free; lines all used or all free are left out.\n");
  constexpr size_t PAGES = FrameBitmap::FRAMES_PER_WORD;
  for (size_t word = 0; word < frames_.getNumFrames() / PAGES; ++word)
  {
    const uint64 bits = frames_.getWord(word);
    if (bits == 0 || bits == FrameBitmap::ALL_USED)
      continue;
    char line[PAGES + 1];
    for (size_t bit = 0; bit < PAGES; ++bit)
      line[bit] = bits >> bit & 1 ? '#' : '.';
    line[PAGES] = '\0';
    kprintfd("%#014lx %s\n", word * PAGES * PAGE_SIZE, line);
  }
  kprintfd("%zu of %zu pages free, %zu of them zero\n", getNumFreePages(), total_pages_, zeroed_.getNumZeroed());
}
