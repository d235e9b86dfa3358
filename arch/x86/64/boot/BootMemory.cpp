#include "BootMemory.h"

#include "ArchCommon.h"
#include "assert.h"
#include "kstring.h"
#include "paging-definitions.h"

constinit uint64 BootMemory::end_ = 0;
constinit pointer BootMemory::window_ = 0;

namespace
{
constexpr uint64 REACHABLE = 1UL << 30;

constexpr uint64 pageAlign(uint64 address)
{
  return (address + PAGE_SIZE - 1) & ~(PAGE_SIZE - 1);
}
} // namespace

uint64 BootMemory::getEnd()
{
  return end_ ? end_ : pageAlign(ArchCommon::getKernelEndPhysical());
}

uint64 BootMemory::allocatePages(size_t count)
{
  const uint64 size = count * PAGE_SIZE;
  uint64 start = getEnd();
  while (start + size <= REACHABLE)
  {
    uint64 next_candidate;
    if (isFree(start, start + size, next_candidate))
    {
      end_ = start + size;
      memset(at(start), 0, size);
      return start / PAGE_SIZE;
    }
    start = pageAlign(next_candidate);
  }
  kpanict("Not enough memory for the kernel's own tables (%lu KiB wanted); SWEB needs at least 4 MiB.", size / 1024);
}

bool BootMemory::isFree(uint64 start, uint64 end, uint64& next_candidate)
{
  for (size_t i = 0; i < ArchCommon::getNumModules(); ++i)
  {
    const ArchCommon::Module& module = ArchCommon::getModule(i);
    if (start < module.end && module.start < end)
    {
      next_candidate = module.end;
      return false;
    }
  }

  bool inside_usable_region = false;
  next_candidate = REACHABLE;
  for (size_t i = 0; i < ArchCommon::getNumMemoryRegions(); ++i)
  {
    const ArchCommon::MemoryRegion& region = ArchCommon::getMemoryRegion(i);
    if (!region.usable && start < region.end && region.start < end)
    {
      next_candidate = region.end;
      return false;
    }
    if (region.usable && region.start <= start && end <= region.end)
      inside_usable_region = true;
    if (region.usable && region.start > start && region.start < next_candidate)
      next_candidate = region.start;
  }
  return inside_usable_region;
}
