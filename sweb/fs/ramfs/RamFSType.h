#pragma once

#include "FileSystemType.h"

/// Files in kernel memory; gone when unmounted. The root file system.
class RamFSType : public FileSystemType
{
public:
  RamFSType() : FileSystemType("ramfs", false) {}
  int64 createSuper(BDVirtualDevice* device, bool read_only, Superblock*& superblock) override;

  /// Bytes that the files of each ramfs may take, so that they leave some memory to everything else. For file systems
  /// mounted later; at first there is no limit.
  static void setLimit(uint64 bytes) { limit_ = bytes; }

private:
  static uint64 limit_;
};
