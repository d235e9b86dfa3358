#pragma once

#include "types.h"

/// One entry of any of the four levels of page tables; SDM volume 3, "4-Level Paging and 5-Level Paging".
///
///   63  62..52  51..12            11..9   8  7   6  5  4    3    2  1  0
///   NX  unused  frame             unused  G  PS  D  A  PCD  PWT  U  W  P
struct PageTableEntry
{
  static constexpr uint64 ADDRESS_MASK = 0x000F'FFFF'FFFF'F000;

  uint64 present : 1;
  uint64 writable : 1;
  uint64 user : 1;
  uint64 write_through : 1;
  uint64 cache_disabled : 1;
  uint64 accessed : 1;
  uint64 dirty : 1;  ///< leaf entries only
  uint64 large : 1;  ///< PS in a PD or PDPT entry; it selects a memory type (PAT) in a PT entry, where it stays 0
  uint64 global : 1; ///< leaf entries only
  uint64 ignored_1 : 3;
  uint64 page_ppn : 40;
  uint64 ignored_2 : 11;
  uint64 execution_disabled : 1;
};
static_assert(sizeof(PageTableEntry) == 8);

constexpr uint64 PAGE_TABLE_ENTRIES = 512;
