#pragma once

#include "ArchMemoryMapping.h"
#include "Claim.h"
#include "paging-definitions.h"
#include "types.h"

/// An address space: the lower half is its own, the upper half is the kernel's and the same in all of them.
///
/// User pages belong to the address space: destroying it frees every frame that is still mapped. Not locked: only one
/// thread may change an address space at a time, and nobody may run in it while it is destroyed.
class ArchMemory
{
public:
  /// Makes an empty address space; isValid() tells whether there was memory for it.
  ArchMemory();
  ~ArchMemory();

  ArchMemory(const ArchMemory&) = delete;
  ArchMemory& operator=(const ArchMemory&) = delete;

  [[nodiscard]] bool isValid() const { return page_map_level_4_ != 0; }

  /// Maps a user page. Returns false, and changes nothing, if the page is mapped already or a page table could not be
  /// allocated; resolveMapping() tells which. After success the frame belongs to the address space.
  [[nodiscard]] bool mapPage(vpn_t virtual_page, ppn_t physical_page, bool user_access,
                             PageRights rights = READ_WRITE_EXECUTE);

  /// Unmaps a user page, frees its frame and the tables that became empty. The page must be mapped.
  void unmapPage(vpn_t virtual_page);

  /// As unmapPage, but the caller takes the frame over.
  ppn_t takePage(vpn_t virtual_page);

  /// The kernel's view (ident window) of a mapped user address, or 0 if nothing is mapped there.
  [[nodiscard]] pointer checkAddressValid(pointer virtual_address) const;

  [[nodiscard]] ArchMemoryMapping resolveMapping(vpn_t virtual_page) const;
  [[nodiscard]] static ArchMemoryMapping resolveMapping(ppn_t pml4, vpn_t virtual_page);

  /// Physical address of the PML4, as CR3 wants it.
  [[nodiscard]] uint64 getRootPhysicalAddress() const { return page_map_level_4_ * PAGE_SIZE; }

  /// Address in the ident window of a physical page. Pure arithmetic; only RAM is mapped there.
  [[nodiscard]] static pointer getIdentAddressOfPPN(ppn_t ppn) { return IDENT_MAPPING_START + ppn * PAGE_SIZE; }
  [[nodiscard]] static pointer getIdentAddress(uint64 physical) { return IDENT_MAPPING_START + physical; }

  /// Maps a page of a kernel window, not executable. False when it is mapped already or there is no memory for a table.
  /// `claim` is for that table. Usable with interrupts disabled.
  [[nodiscard]] static bool mapKernelPage(vpn_t virtual_page, ppn_t physical_page, Claim claim);

  /// Unmaps a page of a kernel window and returns the frame, which it does not free.
  static ppn_t unmapKernelPage(vpn_t virtual_page);

  /// Maps `size` bytes of device memory uncached and not executable; returns its address (with the offset into the
  /// page kept), or 0 when out of memory or window. Such a mapping stays for good.
  [[nodiscard]] static pointer mapMmio(uint64 physical_address, size_t size);

  /// Frame behind a virtual page of the kernel half, 0 if it is not mapped. The size of the mapping goes to
  /// `page_size`.
  [[nodiscard]] static ppn_t get_PPN_Of_VPN_In_KernelMapping(vpn_t virtual_page, size_t* page_size = nullptr);

  /// Pages that the tables of the kernel's windows take at the moment.
  [[nodiscard]] static size_t getNumWindowTables();

  /// The kernel's PML4, in which no user page is mapped.
  [[nodiscard]] static PageTableEntry* getRootOfKernelPagingStructure();
  /// Its physical address.
  [[nodiscard]] static uint64 getKernelRootPhysicalAddress();

  /// Forgets the translation of one page on this CPU.
  static void flushPage(vpn_t virtual_page);
  /// Forgets the translations of the lower half on this CPU.
  static void flushTlb();

private:
  ppn_t page_map_level_4_;
};
