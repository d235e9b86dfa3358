#include "RamFSType.h"
#include "RamFSSuperblock.h"

uint64 RamFSType::limit_ = ~0UL;

int64 RamFSType::createSuper(BDVirtualDevice*, bool read_only, Superblock*& superblock)
{
  superblock = new RamFSSuperblock(read_only, limit_);
  return 0;
}
