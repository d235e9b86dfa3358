#include "MappedRange.h"

#include "ArchMemory.h"
#include "PageManager.h"

bool MappedRange::map(pointer start, size_t pages, Claim claim)
{
  for (size_t i = 0; i < pages; ++i)
  {
    const ppn_t ppn = PageManager::instance()->allocPPN(PAGE_SIZE, claim);
    if (ppn && ArchMemory::mapKernelPage(start / PAGE_SIZE + i, ppn, claim))
      continue;
    if (ppn)
      PageManager::instance()->freePPN(ppn);
    unmap(start, i);
    return false;
  }
  return true;
}

void MappedRange::unmap(pointer start, size_t pages)
{
  // Downwards: looking whether a table became empty then ends at its first entry in use.
  for (size_t i = pages; i-- > 0;)
    PageManager::instance()->freePPN(ArchMemory::unmapKernelPage(start / PAGE_SIZE + i));
}
