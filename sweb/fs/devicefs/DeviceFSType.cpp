#include "DeviceFSType.h"
#include "DeviceFSSuperblock.h"

int64 DeviceFSType::createSuper(BDVirtualDevice*, bool, Superblock*& superblock)
{
  superblock = new DeviceFSSuperblock();
  return 0;
}
