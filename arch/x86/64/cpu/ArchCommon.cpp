#include "ArchCommon.h"

#include "BootInfo.h"
#include "Cpu.h"
#include "assert.h"
#include "kstring.h"
#include "paging-definitions.h"

extern "C" const uint8 kernel_start_physical[];
extern "C" const uint8 kernel_end_physical[];

const char* ArchCommon::commandLine()
{
  return BootInfo::command_line_;
}

bool ArchCommon::commandLineHas(const char* word)
{
  const size_t length = strlen(word);
  const char* position = commandLine();
  while (*position)
  {
    while (*position == ' ')
      ++position;
    const char* end = position;
    while (*end && *end != ' ')
      ++end;
    if (static_cast<size_t>(end - position) == length && strncmp(position, word, length) == 0)
      return true;
    position = end;
  }
  return false;
}

size_t ArchCommon::getNumMemoryRegions()
{
  return BootInfo::region_count_;
}

const ArchCommon::MemoryRegion& ArchCommon::getMemoryRegion(size_t index)
{
  assert(index < BootInfo::region_count_);
  return BootInfo::regions_[index];
}

size_t ArchCommon::getNumModules()
{
  return BootInfo::module_count_;
}

const ArchCommon::Module& ArchCommon::getModule(size_t index)
{
  assert(index < BootInfo::module_count_);
  return BootInfo::modules_[index];
}

uint64 ArchCommon::getKernelStartPhysical()
{
  return reinterpret_cast<uint64>(kernel_start_physical);
}

uint64 ArchCommon::getKernelEndPhysical()
{
  return reinterpret_cast<uint64>(kernel_end_physical);
}

bool ArchCommon::isVirtualMachine()
{
  constexpr uint32 HYPERVISOR_PRESENT = 1U << 31;                    // CPUID.1:ECX; no CPU sets it, and hypervisors do
  static const bool result = Cpu::cpuid(1).ecx & HYPERVISOR_PRESENT; // asked once: in a VM, asking is an exit
  return result;
}

uint16* ArchCommon::getFBPtr()
{
  return reinterpret_cast<uint16*>(KERNEL_BASE + VGA_TEXT_MEMORY);
}

void ArchCommon::idle()
{
  // The instruction after STI still runs with interrupts held off, so none can slip in before HLT.
  asm volatile("sti; hlt" ::: "memory");
}

void ArchCommon::halt()
{
  for (;;)
    asm volatile("cli; hlt");
}
