#include "PageManager.h"

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

constexpr uint64 ALL_USED = ~0UL;
constexpr size_t PAGES_PER_WORD = 64;

void* frame(ppn_t page)
{
  return reinterpret_cast<void*>(ArchMemory::getIdentAddressOfPPN(page));
}

/// Number of set bits. Without the CPU's instruction for it, the compiler would call its library.
size_t countBits(uint64 word)
{
  if (word == ALL_USED)
    return PAGES_PER_WORD;
  size_t count = 0;
  for (; word != 0; word &= word - 1)
    ++count;
  return count;
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
  placeBitmap();
  takeOverFreeMemory();
  debug(PM, "%zu pages of memory (%zu MiB), %zu free\n", total_pages_, total_pages_ * PAGE_SIZE >> 20, free_pages_);
}

void PageManager::placeBitmap()
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
  bitmap_pages_ = pagesUpTo(end + PAGES_PER_WORD * PAGE_SIZE - 1) / PAGES_PER_WORD * PAGES_PER_WORD;
  const size_t bytes = bitmap_pages_ / 8;
  bitmap_ = static_cast<uint64*>(frame(BootMemory::allocatePages((bytes + PAGE_SIZE - 1) / PAGE_SIZE)));
  memset(bitmap_, 0xFF, bytes);
}

void PageManager::takeOverFreeMemory()
{
  const auto setAll = [this](uint64 first, uint64 end, bool used)
  {
    if (end > bitmap_pages_)
      end = bitmap_pages_;
    if (first < end)
      used ? markUsed(first, end - first) : markFree(first, end - first);
  };

  // Only whole pages of RAM count, and reserved memory wins where the map contradicts itself.
  for (size_t i = 0; i < ArchCommon::getNumMemoryRegions(); ++i)
    if (const ArchCommon::MemoryRegion& region = ArchCommon::getMemoryRegion(i); region.usable)
      setAll(pagesUpToIncluding(region.start), pagesUpTo(region.end), false);
  for (size_t i = 0; i < ArchCommon::getNumMemoryRegions(); ++i)
    if (const ArchCommon::MemoryRegion& region = ArchCommon::getMemoryRegion(i); !region.usable)
      setAll(pagesUpTo(region.start), pagesUpToIncluding(region.end), true);
  setAll(0, 1, true); // page 0 means "none", and the BIOS keeps its data there
  total_pages_ = free_pages_;

  setAll(pagesUpTo(ArchCommon::getKernelStartPhysical()), pagesUpToIncluding(BootMemory::getEnd()), true);
  for (size_t i = 0; i < ArchCommon::getNumModules(); ++i)
    setAll(pagesUpTo(ArchCommon::getModule(i).start), pagesUpToIncluding(ArchCommon::getModule(i).end), true);

  if constexpr (CHECK_WRITE_AFTER_FREE)
    for (ppn_t page = 0; page < bitmap_pages_; ++page)
      if (!isUsed(page))
        memset(frame(page), FREE_PATTERN, PAGE_SIZE);
}

void PageManager::markUsed(ppn_t page, size_t count)
{
  forEachWord(page, count,
              [this](uint64& word, uint64 bits)
              {
                free_pages_ -= countBits(bits & ~word);
                word |= bits;
              });
}

void PageManager::markFree(ppn_t page, size_t count)
{
  forEachWord(page, count,
              [this](uint64& word, uint64 bits)
              {
                free_pages_ += countBits(bits & word);
                word &= ~bits;
              });
}

template <typename Change> void PageManager::forEachWord(ppn_t page, size_t count, Change change)
{
  while (count != 0)
  {
    const size_t first_bit = page % PAGES_PER_WORD;
    const size_t bits = count < PAGES_PER_WORD - first_bit ? count : PAGES_PER_WORD - first_bit;
    const uint64 mask = (bits == PAGES_PER_WORD ? ALL_USED : (1UL << bits) - 1) << first_bit;
    change(bitmap_[page / PAGES_PER_WORD], mask);
    page += bits;
    count -= bits;
  }
}

ppn_t PageManager::allocPPN(size_t size)
{
  const size_t count = size / PAGE_SIZE;
  assert(size % PAGE_SIZE == 0 && count != 0 && (count & (count - 1)) == 0 && "a power of two of whole pages");

  ppn_t page;
  {
    ScopeSpinLock guard(lock_);
    page = count == 1 ? findFreePage() : findFreeRun(count);
    if (page == 0)
      return 0;
    markUsed(page, count);
  }
  if constexpr (CHECK_WRITE_AFTER_FREE)
    assert(!memnotchr(frame(page), FREE_PATTERN, size) && "somebody wrote to a free page");
  memset(frame(page), 0, size);
  return page;
}

ppn_t PageManager::findFreePage()
{
  for (; next_word_ < bitmap_pages_ / PAGES_PER_WORD; ++next_word_)
    if (bitmap_[next_word_] != ALL_USED)
      return next_word_ * PAGES_PER_WORD + static_cast<size_t>(__builtin_ctzl(~bitmap_[next_word_]));
  return 0;
}

ppn_t PageManager::findFreeRun(size_t count) const
{
  // Runs are aligned to their size, so one is either a whole number of words or lies inside one.
  if (count >= PAGES_PER_WORD)
  {
    const size_t words = count / PAGES_PER_WORD;
    for (size_t word = (next_word_ + words - 1) / words * words; word + words <= bitmap_pages_ / PAGES_PER_WORD;
         word += words)
    {
      size_t free = 0;
      while (free < words && bitmap_[word + free] == 0)
        ++free;
      if (free == words)
        return word * PAGES_PER_WORD;
    }
    return 0;
  }

  const uint64 run = (1UL << count) - 1;
  for (size_t word = next_word_; word < bitmap_pages_ / PAGES_PER_WORD; ++word)
    for (size_t bit = 0; bitmap_[word] != ALL_USED && bit < PAGES_PER_WORD; bit += count)
      if (!(bitmap_[word] & run << bit))
        return word * PAGES_PER_WORD + bit;
  return 0;
}

void PageManager::freePPN(ppn_t page_number, size_t size)
{
  const size_t count = size / PAGE_SIZE;
  assert(size % PAGE_SIZE == 0 && page_number != 0 && page_number + count <= bitmap_pages_);
  if constexpr (CHECK_WRITE_AFTER_FREE)
    memset(frame(page_number), FREE_PATTERN, size);

  ScopeSpinLock guard(lock_);
  for (size_t i = 0; i < count; ++i)
    assert(isUsed(page_number + i) && "a page is freed twice");
  markFree(page_number, count);
  if (page_number / PAGES_PER_WORD < next_word_)
    next_word_ = page_number / PAGES_PER_WORD;
}

void PageManager::printBitmap() const
{
  kprintfd("Physical memory, a character for each page: # used, . free; lines all used or all free are left out.\n");
  for (size_t word = 0; word < bitmap_pages_ / PAGES_PER_WORD; ++word)
  {
    const uint64 bits = bitmap_[word];
    if (bits == 0 || bits == ALL_USED)
      continue;
    char line[PAGES_PER_WORD + 1];
    for (size_t bit = 0; bit < PAGES_PER_WORD; ++bit)
      line[bit] = bits >> bit & 1 ? '#' : '.';
    line[PAGES_PER_WORD] = '\0';
    kprintfd("%#014lx %s\n", word * PAGES_PER_WORD * PAGE_SIZE, line);
  }
  kprintfd("%zu of %zu pages free\n", free_pages_, total_pages_);
}
