#include "MinixFSType.h"
#include "MinixFSSuperblock.h"
#include "errno.h"
#include <new>

size_t MinixFSType::cache_memory_ = 256 * 1024;

int64 MinixFSType::createSuper(BDVirtualDevice* device, bool read_only, Superblock*& superblock)
{
  auto* minixfs = new (std::nothrow) MinixFSSuperblock(device, read_only);
  if (!minixfs)
    return -ENOMEM;
  int64 error = minixfs->initialise(cache_memory_);
  if (error != 0)
  {
    delete minixfs;
    return error;
  }
  superblock = minixfs;
  return 0;
}
