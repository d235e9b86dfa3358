#pragma once

#include "ArchMemoryMapping.h"
#include "PageTableEntry.h"
#include "types.h"

/// The four levels of page tables as a data structure. It reaches tables, and gets and returns their pages, through
/// `Memory`:
///
///   static PageTableEntry* tableAt(ppn_t);  static ppn_t allocate();  static void free(ppn_t);
///
/// where allocate() returns a zeroed page or 0. So the kernel's tables and a host test's run the same code. It knows
/// nothing of the TLB; that is the caller's part.
template <typename Memory> class PageTables
{
public:
  static constexpr uint64 PAGES_PER_2M = 512;
  static constexpr uint64 PAGES_PER_1G = 512 * 512;

  /// Walks as far as there are tables.
  static ArchMemoryMapping resolve(ppn_t root, vpn_t page)
  {
    ArchMemoryMapping m{};
    m.pml4i = page >> 27 & 511;
    m.pdpti = page >> 18 & 511;
    m.pdi = page >> 9 & 511;
    m.pti = page & 511;

    m.pml4_ppn = root;
    m.pml4 = Memory::tableAt(root);
    if (!descend(m.pml4[m.pml4i], m.pdpt, m.pdpt_ppn))
      return m;
    if (isLeaf(m, m.pdpt[m.pdpti], page, PAGES_PER_1G) || !descend(m.pdpt[m.pdpti], m.pd, m.pd_ppn))
      return m;
    if (isLeaf(m, m.pd[m.pdi], page, PAGES_PER_2M) || !descend(m.pd[m.pdi], m.pt, m.pt_ppn))
      return m;
    if (m.pt[m.pti].present)
      setLeaf(m, m.pt[m.pti], page, 1);
    return m;
  }

  /// Enters a 4 KiB page whose entry is `leaf`, making the tables that are missing. False, with nothing changed, if the
  /// page is mapped already or there is no memory for a table.
  [[nodiscard]] static bool map(ppn_t root, vpn_t page, PageTableEntry leaf)
  {
    ArchMemoryMapping m = resolve(root, page);
    if (m.entry)
      return false;
    const bool user = leaf.user;
    if ((m.pdpt || addTable(m.pml4[m.pml4i], user, m.pdpt, m.pdpt_ppn)) &&
        (m.pd || addTable(m.pdpt[m.pdpti], user, m.pd, m.pd_ppn)) &&
        (m.pt || addTable(m.pd[m.pdi], user, m.pt, m.pt_ppn)))
    {
      m.pt[m.pti] = leaf;
      return true;
    }
    freeEmptyTables(m);
    return false;
  }

  /// Takes the mapping that `resolve` found out of its table. The tables stay.
  static void unmap(const ArchMemoryMapping& m) { *m.entry = {}; }

  /// Frees the tables on the walk that have no entry left, from the last level upwards; the root stays.
  static void freeEmptyTables(const ArchMemoryMapping& m)
  {
    if (m.pt && !freeIfEmpty(m.pt, m.pt_ppn, m.pd[m.pdi]))
      return;
    if (m.pd && !freeIfEmpty(m.pd, m.pd_ppn, m.pdpt[m.pdpti]))
      return;
    if (m.pdpt)
      freeIfEmpty(m.pdpt, m.pdpt_ppn, m.pml4[m.pml4i]);
  }

  /// Calls `free_page(ppn)` for every 4 KiB page mapped in the lower half, and frees its tables and the root.
  template <typename FreePage> static void destroy(ppn_t root, FreePage free_page)
  {
    PageTableEntry* pml4 = Memory::tableAt(root);
    for (uint64 i = 0; i < PAGE_TABLE_ENTRIES / 2; ++i)
      destroyBelow(pml4[i], 3, free_page);
    Memory::free(root);
  }

private:
  static bool descend(const PageTableEntry& entry, PageTableEntry*& table, ppn_t& table_ppn)
  {
    if (!entry.present)
      return false;
    table_ppn = entry.page_ppn;
    table = Memory::tableAt(table_ppn);
    return true;
  }

  static bool isLeaf(ArchMemoryMapping& m, PageTableEntry& entry, vpn_t page, uint64 pages)
  {
    if (!entry.present || !entry.large)
      return false;
    setLeaf(m, entry, page, pages);
    return true;
  }

  static void setLeaf(ArchMemoryMapping& m, PageTableEntry& entry, vpn_t page, uint64 pages)
  {
    m.entry = &entry;
    m.page_ppn = entry.page_ppn + page % pages;
    m.page_size = pages * 4096;
  }

  /// Rights are restricted in the last level only, so upper levels allow everything.
  static bool addTable(PageTableEntry& entry, bool user, PageTableEntry*& table, ppn_t& table_ppn)
  {
    table_ppn = Memory::allocate();
    if (!table_ppn)
      return false;
    table = Memory::tableAt(table_ppn);
    PageTableEntry value{};
    value.page_ppn = table_ppn;
    value.user = user;
    value.writable = 1;
    value.present = 1;
    entry = value;
    return true;
  }

  static bool freeIfEmpty(const PageTableEntry* table, ppn_t table_ppn, PageTableEntry& parent)
  {
    for (uint64 i = 0; i < PAGE_TABLE_ENTRIES; ++i)
      if (table[i].present)
        return false;
    parent = {};
    Memory::free(table_ppn);
    return true;
  }

  template <typename FreePage> static void destroyBelow(const PageTableEntry& entry, int levels, FreePage& free_page)
  {
    if (!entry.present)
      return;
    const ppn_t ppn = entry.page_ppn;
    if (levels == 0)
    {
      free_page(ppn);
      return;
    }
    PageTableEntry* table = Memory::tableAt(ppn);
    for (uint64 i = 0; i < PAGE_TABLE_ENTRIES; ++i)
      destroyBelow(table[i], levels - 1, free_page);
    Memory::free(ppn);
  }
};
