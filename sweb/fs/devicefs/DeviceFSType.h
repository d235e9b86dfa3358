#pragma once

#include "FileSystemType.h"

/// The devices of the machine as files, for /dev.
class DeviceFSType : public FileSystemType
{
public:
  DeviceFSType() : FileSystemType("devicefs", false) {}
  int64 createSuper(BDVirtualDevice* device, bool read_only, Superblock*& superblock) override;
};
