#include "AllocationSites.h"

#include "kprintf.h"

void AllocationSites::add(pointer called_by, size_t bytes)
{
  size_t i = 0;
  while (i < count_ && sites_[i].called_by != called_by)
    ++i;
  if (i == count_ && count_ < MAX_SITES)
    sites_[count_++] = {called_by, 0, 0};
  Site& site = i < MAX_SITES ? sites_[i] : others_;
  ++site.blocks;
  site.bytes += bytes;
}

void AllocationSites::print()
{
  for (size_t printed = 0; printed < count_; ++printed)
  {
    size_t largest = printed;
    for (size_t i = printed + 1; i < count_; ++i)
      if (sites_[i].bytes > sites_[largest].bytes)
        largest = i;
    const Site site = sites_[largest];
    sites_[largest] = sites_[printed];
    sites_[printed] = site;
    kprintfd("  %8zu bytes in %5zu blocks, allocated at %#lx\n", site.bytes, site.blocks, site.called_by);
  }
  if (others_.blocks)
    kprintfd("  %8zu bytes in %5zu blocks, allocated elsewhere\n", others_.bytes, others_.blocks);
}
