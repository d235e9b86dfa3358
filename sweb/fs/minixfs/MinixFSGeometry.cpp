#include "MinixFSGeometry.h"
#include "errno.h"
#include "kstring.h"
#include "ualgorithm.h"

int64 MinixFSGeometry::parse(const void* raw, uint64 device_size)
{
  MinixSuperblockV1 v1;
  MinixSuperblockV3 v3;
  memcpy(&v1, raw, sizeof(v1));
  memcpy(&v3, raw, sizeof(v3));
  *this = MinixFSGeometry();
  if (!parseV3(v3) && !parseV1(v1))
    return -EINVAL;

  entry_size = number_size + name_length;
  zone_size = version == 1 ? 2 : 4;
  levels = version == 1 ? 2 : 3;
  inode_size = version == 1 ? sizeof(MinixInodeV1) : sizeof(MinixInodeV2);
  max_links = version == 1 ? 250 : 65530;
  uint64 per_block = zonesPerBlock();
  uint64 addressable = MINIX_DIRECT_ZONES + per_block + per_block * per_block;
  if (levels == 3)
    addressable += per_block * per_block * per_block;
  max_size = ustl::min(max_size, addressable * block_size);
  return isConsistent(device_size) ? 0 : -EINVAL;
}

bool MinixFSGeometry::parseV1(const MinixSuperblockV1& raw)
{
  bool v1 = raw.magic == MINIX_V1_MAGIC_14 || raw.magic == MINIX_V1_MAGIC_30;
  bool v2 = raw.magic == MINIX_V2_MAGIC_14 || raw.magic == MINIX_V2_MAGIC_30;
  if ((!v1 && !v2) || raw.log_zone_size != 0)
    return false;
  version = v1 ? 1 : 2;
  name_length = raw.magic == MINIX_V1_MAGIC_14 || raw.magic == MINIX_V2_MAGIC_14 ? 14 : 30;
  num_inodes = raw.num_inodes;
  num_zones = v1 ? raw.num_zones : raw.zones;
  inode_bitmap_blocks = raw.inode_bitmap_blocks;
  zone_bitmap_blocks = raw.zone_bitmap_blocks;
  first_data_zone = raw.first_data_zone;
  max_size = raw.max_size;
  return true;
}

bool MinixFSGeometry::parseV3(const MinixSuperblockV3& raw)
{
  if (raw.magic != MINIX_V3_MAGIC || raw.log_zone_size != 0)
    return false;
  version = 3;
  name_length = 60;
  number_size = 4;
  block_size = raw.block_size;
  num_inodes = raw.num_inodes;
  num_zones = raw.zones;
  inode_bitmap_blocks = raw.inode_bitmap_blocks;
  zone_bitmap_blocks = raw.zone_bitmap_blocks;
  first_data_zone = raw.first_data_zone;
  max_size = raw.max_size;
  return block_size >= 1024 && block_size <= 4096 && (block_size & (block_size - 1)) == 0;
}

bool MinixFSGeometry::isConsistent(uint64 device_size) const
{
  uint64 bits_per_block = 8UL * block_size;
  uint64 inode_blocks = (num_inodes + inodesPerBlock() - 1UL) / inodesPerBlock();
  return num_inodes > 0 && max_size > 0 && num_inodes < inode_bitmap_blocks * bits_per_block &&
         first_data_zone >= inodeTableStart() + inode_blocks && first_data_zone < num_zones &&
         num_zones - first_data_zone < zone_bitmap_blocks * bits_per_block &&
         static_cast<uint64>(num_zones) * block_size <= device_size;
}
