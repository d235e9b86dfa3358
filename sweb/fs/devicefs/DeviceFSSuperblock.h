#pragma once

#include "RamFSDirectory.h"
#include "RamFSSuperblock.h"

/// A ramfs whose only names are devices: all block devices at the time of mounting. Names cannot be changed.
class DeviceFSSuperblock : public RamFSSuperblock
{
public:
  DeviceFSSuperblock();
};

/// Its one directory.
class DeviceFSRoot : public RamFSDirectory
{
public:
  explicit DeviceFSRoot(RamFSSuperblock* superblock) : RamFSDirectory(superblock, 0555) {}

  void addDevice(const ustl::string& name, RefPtr<RamFSInode> device) { add(name, ustl::move(device)); }
};
