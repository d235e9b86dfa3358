#include "ArchMemory.h"

#include "BootPaging.h"
#include "Cpu.h"
#include "InterruptGuard.h"
#include "PageManager.h"
#include "PageTables.h"
#include "assert.h"
#include "kstring.h"

namespace
{
/// Page tables of the running kernel: pages from the page manager, reached through the ident window.
struct KernelMemory
{
  static PageTableEntry* tableAt(ppn_t ppn)
  {
    return reinterpret_cast<PageTableEntry*>(ArchMemory::getIdentAddressOfPPN(ppn));
  }
  static ppn_t allocate() { return PageManager::instance()->allocPPN(); }
  static void free(ppn_t ppn) { PageManager::instance()->freePPN(ppn); }
};
using Tables = PageTables<KernelMemory>;

/// The same for the tables of the kernel's windows, which are counted.
struct WindowMemory : KernelMemory
{
  static inline constinit size_t tables = 0;
  static inline constinit Claim claim = Claim::ORDINARY; ///< how the next ones are allocated

  static ppn_t allocate()
  {
    const ppn_t ppn = PageManager::instance()->allocPPN(PAGE_SIZE, claim);
    tables += ppn != 0;
    return ppn;
  }
  static void free(ppn_t ppn)
  {
    --tables;
    KernelMemory::free(ppn);
  }
};
using WindowTables = PageTables<WindowMemory>;

constexpr vpn_t USER_PAGES = USER_BREAK / PAGE_SIZE;
constexpr uint64 CR3_ADDRESS = 0x000F'FFFF'FFFF'F000;

PageTableEntry makeLeaf(ppn_t physical_page, PageRights rights)
{
  PageTableEntry leaf{};
  leaf.page_ppn = physical_page;
  leaf.writable = rights.writable;
  leaf.execution_disabled = !rights.executable;
  leaf.present = 1;
  return leaf;
}

/// Unmaps a page, frees the tables that became empty, and returns the frame.
template <typename TablesOf> ppn_t takePageOf(ppn_t root, vpn_t virtual_page)
{
  InterruptGuard guard; // nobody may get a freed table before the CPU has forgotten it
  const ArchMemoryMapping m = TablesOf::resolve(root, virtual_page);
  assert(m.entry && m.page_size == PAGE_SIZE && "only a mapped page can be unmapped");
  TablesOf::unmap(m);
  TablesOf::freeEmptyTables(m);
  ArchMemory::flushPage(virtual_page);
  return m.page_ppn;
}

bool isKernelPage(vpn_t virtual_page)
{
  return virtual_page * PAGE_SIZE >= KERNEL_HEAP_START;
}
} // namespace

ArchMemory::ArchMemory() : page_map_level_4_(PageManager::instance()->allocPPN())
{
  if (!page_map_level_4_)
    return;
  constexpr size_t HALF = PAGE_TABLE_ENTRIES / 2;
  auto* pml4 = KernelMemory::tableAt(page_map_level_4_);
  memcpy(pml4 + HALF, getRootOfKernelPagingStructure() + HALF, HALF * sizeof(PageTableEntry));
}

ArchMemory::~ArchMemory()
{
  if (!page_map_level_4_)
    return;
  assert((Cpu::readCr3() & CR3_ADDRESS) != getRootPhysicalAddress() &&
         "an address space is destroyed while it is in use");
  Tables::destroy(page_map_level_4_, [](ppn_t ppn) { PageManager::instance()->freePPN(ppn); });
}

bool ArchMemory::mapPage(vpn_t virtual_page, ppn_t physical_page, bool user_access, PageRights rights)
{
  assert(isValid() && virtual_page < USER_PAGES && physical_page != 0);
  PageTableEntry leaf = makeLeaf(physical_page, rights);
  leaf.user = user_access;
  return Tables::map(page_map_level_4_, virtual_page, leaf);
}

void ArchMemory::unmapPage(vpn_t virtual_page)
{
  PageManager::instance()->freePPN(takePage(virtual_page));
}

ppn_t ArchMemory::takePage(vpn_t virtual_page)
{
  assert(virtual_page < USER_PAGES);
  return takePageOf<Tables>(page_map_level_4_, virtual_page);
}

pointer ArchMemory::checkAddressValid(pointer virtual_address) const
{
  if (virtual_address >= USER_BREAK)
    return 0;
  const ArchMemoryMapping m = resolveMapping(virtual_address / PAGE_SIZE);
  return m.entry ? getIdentAddressOfPPN(m.page_ppn) + virtual_address % PAGE_SIZE : 0;
}

ArchMemoryMapping ArchMemory::resolveMapping(vpn_t virtual_page) const
{
  return resolveMapping(page_map_level_4_, virtual_page);
}

ArchMemoryMapping ArchMemory::resolveMapping(ppn_t pml4, vpn_t virtual_page)
{
  return Tables::resolve(pml4, virtual_page);
}

bool ArchMemory::mapKernelPage(vpn_t virtual_page, ppn_t physical_page, Claim claim)
{
  assert(isKernelPage(virtual_page));
  InterruptGuard guard;
  PageTableEntry leaf = makeLeaf(physical_page, READ_WRITE);
  leaf.global = 1;
  WindowMemory::claim = claim;
  const bool mapped = WindowTables::map(BootPaging::getRoot(), virtual_page, leaf);
  WindowMemory::claim = Claim::ORDINARY;
  return mapped;
}

ppn_t ArchMemory::unmapKernelPage(vpn_t virtual_page)
{
  assert(isKernelPage(virtual_page));
  // The PML4's entry for the windows stays, as all address spaces have copies of it: the kernel image hangs below it
  // too.
  return takePageOf<WindowTables>(BootPaging::getRoot(), virtual_page);
}

pointer ArchMemory::mapMmio(uint64 physical_address, size_t size)
{
  static constinit pointer next_free = KERNEL_MMIO_START;
  InterruptGuard guard;
  const uint64 offset = physical_address % PAGE_SIZE;
  const uint64 pages = (offset + size + PAGE_SIZE - 1) / PAGE_SIZE;
  if (pages * PAGE_SIZE > KERNEL_MMIO_START + KERNEL_MMIO_SIZE - next_free)
    return 0;

  const pointer start = next_free;
  for (uint64 i = 0; i < pages; ++i)
  {
    PageTableEntry leaf = makeLeaf(physical_address / PAGE_SIZE + i, READ_WRITE);
    leaf.cache_disabled = 1;
    leaf.write_through = 1; // with the CPU's default PAT: strong uncacheable
    leaf.global = 1;
    if (!WindowTables::map(BootPaging::getRoot(), start / PAGE_SIZE + i, leaf))
      return 0;
    next_free += PAGE_SIZE;
  }
  return start + offset;
}

ppn_t ArchMemory::get_PPN_Of_VPN_In_KernelMapping(vpn_t virtual_page, size_t* page_size)
{
  const ArchMemoryMapping m = resolveMapping(BootPaging::getRoot(), virtual_page);
  if (page_size)
    *page_size = m.page_size;
  return m.page_ppn;
}

size_t ArchMemory::getNumWindowTables()
{
  return WindowMemory::tables;
}

PageTableEntry* ArchMemory::getRootOfKernelPagingStructure()
{
  return KernelMemory::tableAt(BootPaging::getRoot());
}

uint64 ArchMemory::getKernelRootPhysicalAddress()
{
  return BootPaging::getRoot() * PAGE_SIZE;
}

void ArchMemory::flushPage(vpn_t virtual_page)
{
  Cpu::invlpg(virtual_page * PAGE_SIZE);
}

void ArchMemory::flushTlb()
{
  Cpu::writeCr3(Cpu::readCr3());
}
