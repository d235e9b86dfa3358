#include "BootInfo.h"
#include "BootPaging.h"
#include "Gdt.h"
#include "debug.h"
#include "types.h"

[[noreturn]] void startup();

/// The first C++ that runs: entry.S jumps here on the boot stack, with the boot page tables still in place.
extern "C" [[noreturn]] void startInUpperHalf(uint32 multiboot_information)
{
  debug(A_BOOT, "64-bit mode, upper half\n");
  BootInfo::read(multiboot_information);
  BootPaging::initialise();
  Gdt::initialise();
  startup();
}
