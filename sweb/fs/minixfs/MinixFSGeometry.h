#pragma once

#include "minix_fs_consts.h"

/// Sizes and places of one Minix file system, the same for all versions once the superblock is understood.
struct MinixFSGeometry
{
  uint32 version = 0;
  uint32 block_size = 1024;
  uint32 num_inodes = 0;
  uint32 num_zones = 0; ///< counted from the start of the device
  uint32 inode_bitmap_blocks = 0;
  uint32 zone_bitmap_blocks = 0;
  uint32 first_data_zone = 0;
  uint64 max_size = 0; ///< of a file
  uint32 name_length = 0;
  uint32 entry_size = 0;  ///< of a directory: inode number and name
  uint32 number_size = 2; ///< of the inode number in it
  uint32 inode_size = 0;
  uint32 zone_size = 0; ///< bytes of a zone number in inodes and indirect blocks
  uint32 levels = 0;    ///< of indirection
  uint32 max_links = 0;

  uint32 inodeBitmapStart() const { return MINIX_BITMAP_START_BLOCK; }
  uint32 zoneBitmapStart() const { return inodeBitmapStart() + inode_bitmap_blocks; }
  uint32 inodeTableStart() const { return zoneBitmapStart() + zone_bitmap_blocks; }
  uint32 inodesPerBlock() const { return block_size / inode_size; }
  uint32 zonesPerBlock() const { return block_size / zone_size; }
  uint32 entriesPerBlock() const { return block_size / entry_size; }
  bool isDataZone(uint32 zone) const { return zone >= first_data_zone && zone < num_zones; }

  /// Understands `raw`, the 64 bytes at MINIX_SUPERBLOCK_OFFSET of a device of `device_size` bytes. 0, or -EINVAL when
  /// it is no Minix file system, contradicts itself or is larger than the device.
  int64 parse(const void* raw, uint64 device_size);

private:
  bool parseV1(const MinixSuperblockV1& raw);
  bool parseV3(const MinixSuperblockV3& raw);
  bool isConsistent(uint64 device_size) const;
};
