#include "BootPaging.h"

#include "ArchCommon.h"
#include "BootMemory.h"
#include "Cpu.h"
#include "debug.h"
#include "paging-definitions.h"

extern "C" const uint8 text_start[], text_end[], rodata_start[], rodata_end[], data_start[], bss_end[];

/// Tells the interrupt entry that CLAC exists and is needed.
extern "C" uint8 smap_enabled;

constinit ppn_t BootPaging::pml4_ = 0;

namespace
{
constexpr uint64 SIZE_2M = 2UL << 20;
constexpr uint64 SIZE_1G = 1UL << 30;

constexpr uint64 pml4Index(pointer address)
{
  return address >> 39 & 511;
}
constexpr uint64 pdptIndex(pointer address)
{
  return address >> 30 & 511;
}
constexpr uint64 pdIndex(pointer address)
{
  return address >> 21 & 511;
}
constexpr uint64 ptIndex(pointer address)
{
  return address >> 12 & 511;
}

PageTableEntry* tableAt(ppn_t ppn)
{
  return static_cast<PageTableEntry*>(BootMemory::at(ppn * PAGE_SIZE));
}

/// The table below `entry`, made if there is none yet. Rights are restricted in the last level only.
PageTableEntry* tableBelow(PageTableEntry& entry)
{
  if (!entry.present)
  {
    entry.page_ppn = BootMemory::allocatePages(1);
    entry.writable = 1;
    entry.present = 1;
  }
  return tableAt(entry.page_ppn);
}

void setLeaf(PageTableEntry& entry, uint64 physical, bool writable, bool executable, bool large)
{
  entry = {};
  entry.page_ppn = physical / PAGE_SIZE;
  entry.writable = writable;
  entry.execution_disabled = !executable;
  entry.large = large;
  entry.global = 1;
  entry.present = 1;
}

bool has1GibPages()
{
  constexpr uint32 PDPE1GB = 1 << 26; // CPUID.80000001H:EDX
  return Cpu::cpuid(0x80000001).edx & PDPE1GB;
}
} // namespace

void BootPaging::initialise()
{
  pml4_ = BootMemory::allocatePages(1);
  mapIdentWindow();
  mapKernelImage();
  switchTo();
}

void BootPaging::mapIdentWindow()
{
  const bool gib_pages = has1GibPages();
  PageTableEntry* pdpt = tableBelow(tableAt(pml4_)[pml4Index(IDENT_MAPPING_START)]);
  for (size_t i = 0; i < ArchCommon::getNumMemoryRegions(); ++i)
  {
    const ArchCommon::MemoryRegion& region = ArchCommon::getMemoryRegion(i);
    if (!region.usable || region.start >= MAX_PHYSICAL_ADDRESS)
      continue;
    const uint64 end = region.end < MAX_PHYSICAL_ADDRESS ? region.end : MAX_PHYSICAL_ADDRESS;
    mapIdentRegion(pdpt, region.start & ~(SIZE_2M - 1), end, gib_pages);
  }
}

void BootPaging::mapIdentRegion(PageTableEntry* pdpt, uint64 start, uint64 end, bool gib_pages)
{
  uint64 address = start;
  while (address < end)
  {
    PageTableEntry& pdpt_entry = pdpt[pdptIndex(address)];
    if (gib_pages && !pdpt_entry.present && address % SIZE_1G == 0 && end - address >= SIZE_1G)
    {
      setLeaf(pdpt_entry, address, true, false, true);
      address += SIZE_1G;
      continue;
    }
    setLeaf(tableBelow(pdpt_entry)[pdIndex(address)], address, true, false, true);
    address += SIZE_2M;
  }
}

void BootPaging::mapKernelImage()
{
  mapKernelRange(KERNEL_BASE + VGA_TEXT_MEMORY, KERNEL_BASE + VGA_TEXT_MEMORY + VGA_TEXT_MEMORY_SIZE, true, false);
  mapKernelRange(reinterpret_cast<pointer>(text_start), reinterpret_cast<pointer>(text_end), false, true);
  mapKernelRange(reinterpret_cast<pointer>(rodata_start), reinterpret_cast<pointer>(rodata_end), false, false);
  mapKernelRange(reinterpret_cast<pointer>(data_start), reinterpret_cast<pointer>(bss_end), true, false);
}

void BootPaging::mapKernelRange(pointer start, pointer end, bool writable, bool executable)
{
  PageTableEntry* pdpt = tableBelow(tableAt(pml4_)[pml4Index(KERNEL_BASE)]);
  for (pointer address = start; address < end; address += PAGE_SIZE)
  {
    PageTableEntry* pd = tableBelow(pdpt[pdptIndex(address)]);
    PageTableEntry* pt = tableBelow(pd[pdIndex(address)]);
    setLeaf(pt[ptIndex(address)], address - KERNEL_BASE, writable, executable, false);
  }
}

void BootPaging::switchTo()
{
  Cpu::writeCr3(pml4_ * PAGE_SIZE);
  BootMemory::setWindow(IDENT_MAPPING_START);

  constexpr uint32 CPUID_PGE = 1 << 13; // CPUID.1:EDX
  if (Cpu::cpuid(1).edx & CPUID_PGE)
    Cpu::writeCr4(Cpu::readCr4() | Cpu::CR4_PGE);

  constexpr uint32 CPUID_SMEP = 1 << 7; // CPUID.(7,0):EBX
  constexpr uint32 CPUID_SMAP = 1 << 20;
  if (Cpu::cpuid(0).eax < 7)
    return;
  const uint32 features = Cpu::cpuid(7).ebx;
  if (features & CPUID_SMEP)
    Cpu::writeCr4(Cpu::readCr4() | Cpu::CR4_SMEP);
  if (features & CPUID_SMAP)
  {
    smap_enabled = 1;
    Cpu::writeCr4(Cpu::readCr4() | Cpu::CR4_SMAP);
  }
  debug(A_BOOT, "Paging is on; SMEP %s, SMAP %s\n", features & CPUID_SMEP ? "on" : "absent",
        features & CPUID_SMAP ? "on" : "absent");
}
