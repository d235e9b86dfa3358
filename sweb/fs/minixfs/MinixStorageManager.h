#pragma once

#include "BlockCache.h"
#include "MinixFSGeometry.h"
#include "uvector.h"

/**
 * Hands out inodes and zones. Allocation marks the bitmap at once (in the cache); freeing only remembers, because the
 * disk may still refer to what is freed until the next flush: commitFrees then clears the bits. So nothing is reused
 * before its old owner is gone from the disk. Superblock lock held.
 */
class MinixStorageManager
{
public:
  MinixStorageManager(BlockCache& cache, const MinixFSGeometry& geometry) : cache_(cache), geometry_(geometry) {}

  /// Counts what is free. 0 or -EIO.
  int64 initialise();

  /// A zone, if possible `wanted` or one behind it, so that files lie in one piece. Its content is undefined.
  /// The zone number, -ENOSPC or -EIO.
  int64 allocZone(uint32 wanted);
  /// The inode number, -ENOSPC or -EIO.
  int64 allocInode();
  void freeZone(uint32 zone);
  void freeInode(uint32 number);

  bool hasPendingFrees() const { return !pending_zones_.empty() || !pending_inodes_.empty(); }
  /// Clears the bits of everything freed and empties the inodes; the changes are dirty with WriteOrder::DATA.
  /// 0 or -EIO; what could not be done stays pending.
  int64 commitFrees();

  /// Free now, not counting what waits for commitFrees.
  uint32 freeZones() const { return free_zones_; }
  uint32 freeInodes() const { return free_inodes_; }

private:
  struct Extent
  {
    uint32 first;
    uint32 count;
  };

  /// Bits of both maps are numbered from 1.
  uint32 zoneBits() const { return geometry_.num_zones - geometry_.first_data_zone + 1; }
  uint32 inodeBits() const { return geometry_.num_inodes + 1; }

  int64 countFree(uint32 map_start, uint32 number_of_bits, uint32& free_bits);
  int64 allocBit(uint32 map_start, uint32 number_of_bits, uint32 from);
  int64 findAndSet(uint32 map_start, uint32 begin, uint32 end);
  /// Clears `count` bits from `first`; `cleared` tells how many were set.
  int64 clearBits(uint32 map_start, uint32 first, uint32 count, uint32& cleared);
  int64 emptyInode(uint32 number);

  BlockCache& cache_;
  const MinixFSGeometry& geometry_;
  uint32 free_zones_ = 0;
  uint32 free_inodes_ = 0;
  uint32 next_zone_bit_ = 1; ///< where the last search ended
  uint32 next_inode_bit_ = 1;
  ustl::vector<Extent> pending_zones_;
  ustl::vector<uint32> pending_inodes_;
};
