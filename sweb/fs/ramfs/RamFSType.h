#pragma once

#include "FileSystemType.h"

/// Files in kernel memory; gone when unmounted. The root file system.
class RamFSType : public FileSystemType
{
public:
  RamFSType() : FileSystemType("ramfs", false) {}
  int64 createSuper(BDVirtualDevice* device, bool read_only, Superblock*& superblock) override;
};
