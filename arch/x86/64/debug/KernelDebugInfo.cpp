#include "DebugInfo.h"

// Around the section .swebdbg, from the linker script. It is empty in the first link of the kernel, from which the
// table for the second one is made.
extern "C" const uint8 swebdbg_start[];
extern "C" const uint8 swebdbg_end[];

DebugInfo DebugInfo::kernel()
{
  return {swebdbg_start, static_cast<size_t>(swebdbg_end - swebdbg_start)};
}
