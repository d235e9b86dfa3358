#pragma once

#include "PageTableEntry.h"
#include "types.h"

/// Builds the kernel's final page tables and switches to them.
///
/// Afterwards the kernel image is mapped with the rights of its sections, all usable RAM in the ident window, the
/// tables of the windows that are filled on demand exist down to the PDPT, and the lower half is empty.
class BootPaging
{
public:
  static void initialise();

  /// Physical RAM the ident window reaches; what lies above is not used.
  static constexpr uint64 MAX_PHYSICAL_ADDRESS = 512UL << 30;

  /// Page number of the kernel's PML4.
  [[nodiscard]] static ppn_t getRoot() { return pml4_; }

  BootPaging() = delete;

private:
  static void mapIdentWindow();
  static void mapIdentRegion(PageTableEntry* pdpt, uint64 start, uint64 end, bool gib_pages);
  static void mapKernelImage();
  static void mapKernelRange(pointer start, pointer end, bool writable, bool executable);
  static void switchTo();

  static ppn_t pml4_;
};
