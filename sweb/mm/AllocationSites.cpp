#include "AllocationSites.h"

#include "Backtrace.h"
#include "DebugSink.h"
#include "kformat.h"

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
  DebugSink sink;
  for (size_t printed = 0; printed < count_; ++printed)
  {
    size_t largest = printed;
    for (size_t i = printed + 1; i < count_; ++i)
      if (sites_[i].bytes > sites_[largest].bytes)
        largest = i;
    const Site site = sites_[largest];
    sites_[largest] = sites_[printed];
    sites_[printed] = site;
    kformat(sink, "  %8zu bytes in %5zu blocks, allocated in ", site.bytes, site.blocks);
    Backtrace::printCallSite(sink, site.called_by);
    kformat(sink, "\n");
  }
  if (others_.blocks)
    kformat(sink, "  %8zu bytes in %5zu blocks, allocated elsewhere\n", others_.bytes, others_.blocks);
}
