#include "RamFSType.h"
#include "RamFSSuperblock.h"

int64 RamFSType::createSuper(BDVirtualDevice*, bool read_only, Superblock*& superblock)
{
  superblock = new RamFSSuperblock(read_only);
  return 0;
}
