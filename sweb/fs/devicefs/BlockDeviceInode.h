#pragma once

#include "RamFSInode.h"

class BDVirtualDevice;

/// The file that stands for a disk or partition. Reading and writing goes straight to the drive, at any offset.
class BlockDeviceInode : public RamFSInode
{
public:
  BlockDeviceInode(RamFSSuperblock* superblock, BDVirtualDevice* device)
      : RamFSInode(superblock, InodeType::BLOCK_DEVICE, 0600), device_(device)
  {
  }

  uint64 getSize() override;
  ssize_t readData(uint64 offset, size_t size, void* buffer) override;
  ssize_t writeData(uint64 offset, size_t size, const void* buffer) override;
  int64 flush() override;

  /// Writing and exclusive use also count at the device, where partitions and mounts are known.
  int64 open(uint32 flags) override;
  void close(uint32 flags) override;

private:
  BDVirtualDevice* device_;
};
