#pragma once

#include "PageTableEntry.h"
#include "types.h"

/// How a page may be used, beside being read.
struct PageRights
{
  bool writable;
  bool executable;
};
constexpr PageRights READ_ONLY{false, false};
constexpr PageRights READ_WRITE{true, false};
constexpr PageRights READ_EXECUTE{false, true};
constexpr PageRights READ_WRITE_EXECUTE{true, true};

/// Where the walk for a virtual page led.
struct ArchMemoryMapping
{
  PageTableEntry* pml4;
  PageTableEntry* pdpt; ///< null where the walk stopped earlier; the same for the next ones
  PageTableEntry* pd;
  PageTableEntry* pt;

  ppn_t pml4_ppn, pdpt_ppn, pd_ppn, pt_ppn; ///< of the tables, 0 where there is none
  uint64 pml4i, pdpti, pdi, pti;

  PageTableEntry* entry; ///< the entry that maps the page (in a PT, PD or PDPT), or null if it is not mapped
  ppn_t page_ppn;        ///< the 4 KiB frame behind the virtual page, 0 if not mapped
  uint64 page_size;      ///< 4 KiB, 2 MiB or 1 GiB; 0 if not mapped
};
