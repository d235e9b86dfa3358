#pragma once

#include "types.h"

/// @file The layout of a Minix file system on the disk. All numbers are little endian, as on every CPU we run on.
///
/// Block 0 is for a boot sector; byte 1024 holds the superblock; from block 2 on follow the bitmap of inodes, the
/// bitmap of zones, the table of inodes, and the zones. In both bitmaps bit 0 is reserved and always set; inode n is
/// bit n, zone z is bit z - first_data_zone + 1.

constexpr uint64 MINIX_SUPERBLOCK_OFFSET = 1024;
constexpr uint32 MINIX_BITMAP_START_BLOCK = 2;
constexpr uint32 MINIX_ROOT_INODE = 1;

constexpr uint16 MINIX_V1_MAGIC_14 = 0x137F;
constexpr uint16 MINIX_V1_MAGIC_30 = 0x138F;
constexpr uint16 MINIX_V2_MAGIC_14 = 0x2468;
constexpr uint16 MINIX_V2_MAGIC_30 = 0x2478;
constexpr uint16 MINIX_V3_MAGIC = 0x4D5A;

/// s_state of versions 1 and 2: cleanly unmounted; errors found.
constexpr uint16 MINIX_STATE_VALID = 1;
constexpr uint16 MINIX_STATE_ERROR = 2;

constexpr uint32 MINIX_DIRECT_ZONES = 7;
/// Seven direct ones, then the roots of single, double and triple indirection (version 1 has no triple one).
constexpr uint32 MINIX_ZONES_IN_INODE = 10;

constexpr uint32 MINIX_MODE_TYPE_MASK = 0170000;
constexpr uint32 MINIX_MODE_FILE = 0100000;
constexpr uint32 MINIX_MODE_DIRECTORY = 0040000;
constexpr uint32 MINIX_MODE_LINK = 0120000;

/// Versions 1 and 2.
struct MinixSuperblockV1
{
  uint16 num_inodes;
  uint16 num_zones; ///< version 1
  uint16 inode_bitmap_blocks;
  uint16 zone_bitmap_blocks;
  uint16 first_data_zone;
  uint16 log_zone_size;
  uint32 max_size;
  uint16 magic;
  uint16 state;
  uint32 zones; ///< version 2
};
static_assert(sizeof(MinixSuperblockV1) == 24);

struct MinixSuperblockV3
{
  uint32 num_inodes;
  uint16 pad0;
  uint16 inode_bitmap_blocks;
  uint16 zone_bitmap_blocks;
  uint16 first_data_zone;
  uint16 log_zone_size;
  uint16 pad1;
  uint32 max_size;
  uint32 zones;
  uint16 magic;
  uint16 pad2;
  uint16 block_size;
  uint8 disk_version;
  uint8 pad3;
};
static_assert(sizeof(MinixSuperblockV3) == 32);

struct MinixInodeV1
{
  uint16 mode;
  uint16 uid;
  uint32 size;
  uint32 time;
  uint8 gid;
  uint8 links;
  uint16 zones[9];
};
static_assert(sizeof(MinixInodeV1) == 32);

/// Versions 2 and 3.
struct MinixInodeV2
{
  uint16 mode;
  uint16 links;
  uint16 uid;
  uint16 gid;
  uint32 size;
  uint32 access_time;
  uint32 modification_time;
  uint32 change_time;
  uint32 zones[10];
};
static_assert(sizeof(MinixInodeV2) == 64);
