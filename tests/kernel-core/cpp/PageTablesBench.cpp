#include "PageTablesBench.h"

#include "PageTables.h"
#include <map>
#include <stdexcept>
#include <vector>

namespace
{
/// What the tables under test take their pages from. One bench at a time and thread.
struct FakeMemory
{
  static inline thread_local std::map<ppn_t, std::vector<PageTableEntry>> pages;
  static inline thread_local size_t budget = 0;
  static inline thread_local ppn_t next = 1;

  static PageTableEntry* tableAt(ppn_t ppn) { return pages.at(ppn).data(); }

  static ppn_t allocate()
  {
    if (pages.size() >= budget)
      return 0;
    pages[next].resize(PAGE_TABLE_ENTRIES);
    return next++;
  }

  static void free(ppn_t ppn)
  {
    if (pages.erase(ppn) != 1)
      throw std::runtime_error("a table is freed twice");
  }
};
using Tables = PageTables<FakeMemory>;

PageTableEntry leafFor(uint64_t frame)
{
  PageTableEntry leaf{};
  leaf.page_ppn = frame;
  leaf.user = 1;
  leaf.present = 1;
  return leaf;
}
} // namespace

PageTablesBench::PageTablesBench(size_t budget)
{
  FakeMemory::pages.clear();
  FakeMemory::budget = budget;
  root_ = FakeMemory::allocate();
}

bool PageTablesBench::map(uint64_t page, uint64_t frame)
{
  return Tables::map(root_, page, leafFor(frame));
}

uint64_t PageTablesBench::unmap(uint64_t page)
{
  const ArchMemoryMapping m = Tables::resolve(root_, page);
  if (!m.entry)
    return 0;
  Tables::unmap(m);
  Tables::freeEmptyTables(m);
  return m.page_ppn;
}

void PageTablesBench::map_large(uint64_t page, uint64_t frame)
{
  if (!Tables::map(root_, page, leafFor(1)))
    throw std::runtime_error("in use");
  const ArchMemoryMapping m = Tables::resolve(root_, page);
  FakeMemory::free(m.pt_ppn);
  m.pd[m.pdi] = leafFor(frame);
  m.pd[m.pdi].large = 1;
}

uint64_t PageTablesBench::frame_of(uint64_t page) const
{
  return Tables::resolve(root_, page).page_ppn;
}

uint64_t PageTablesBench::size_of(uint64_t page) const
{
  return Tables::resolve(root_, page).page_size;
}

rust::Vec<uint64_t> PageTablesBench::destroy()
{
  rust::Vec<uint64_t> frames;
  Tables::destroy(root_, [&frames](ppn_t frame) { frames.push_back(frame); });
  return frames;
}

size_t PageTablesBench::table_pages() const
{
  return FakeMemory::pages.size();
}

std::unique_ptr<PageTablesBench> new_page_tables(size_t budget)
{
  return std::make_unique<PageTablesBench>(budget);
}
