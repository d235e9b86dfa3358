#pragma once

#include "Bitmap.h"
#include "BlockCache.h"
#include "MinixFSGeometry.h"

/**
 * Hands out inodes and zones. Allocation marks the bitmap at once (in the cache); freeing only remembers, because the
 * disk may still refer to what is freed until the next flush: commitFrees then clears the bits. So nothing is reused
 * before its old owner is gone from the disk. Remembering takes no memory, and each inode or zone is freed once,
 * however often a damaged file system refers to it. Superblock lock held.
 */
class MinixStorageManager
{
public:
  MinixStorageManager(BlockCache& cache, const MinixFSGeometry& geometry)
      : cache_(cache), geometry_(geometry), pending_zones_(zoneBits()), pending_inodes_(inodeBits())
  {
  }

  /// Counts what is free. 0, -EIO, -ENOMEM.
  int64 initialise();

  /// A zone, if possible `wanted` or one behind it, so that files lie in one piece. Its content is undefined.
  /// The zone number, -ENOSPC or -EIO.
  int64 allocZone(uint32 wanted);
  /// The inode number, -ENOSPC or -EIO.
  int64 allocInode();
  /// False for a zone that does not exist or is freed already: the file system is damaged.
  [[nodiscard]] bool freeZone(uint32 zone);
  void freeInode(uint32 number) { pending_inodes_.setBit(number); }

  bool hasPendingFrees() const { return pending_zones_.getNumBitsSet() > 0 || pending_inodes_.getNumBitsSet() > 0; }
  /// Whether the inode waits for commitFrees.
  bool isFreed(uint32 number) const { return pending_inodes_.getBit(number); }
  /// Clears the bits of everything freed and empties the inodes; the changes are dirty with WriteOrder::DATA.
  /// 0 or -EIO; what could not be done stays pending.
  int64 commitFrees();

  /// Free now, not counting what waits for commitFrees.
  uint32 freeZones() const { return free_zones_; }
  uint32 freeInodes() const { return free_inodes_; }

private:
  /// Bits of both maps are numbered from 1.
  uint32 zoneBits() const { return geometry_.num_zones - geometry_.first_data_zone + 1; }
  uint32 inodeBits() const { return geometry_.num_inodes + 1; }

  int64 countFree(uint32 map_start, uint32 number_of_bits, uint32& free_bits);
  int64 allocBit(uint32 map_start, uint32 number_of_bits, uint32 from);
  int64 findAndSet(uint32 map_start, uint32 begin, uint32 end);
  /// Clears in the map on the disk all bits set in `pending`, and there as well; adds to `free_bits` how many were set.
  int64 clearBits(uint32 map_start, Bitmap& pending, uint32& free_bits);
  int64 emptyPendingInodes();
  int64 emptyInode(uint32 number);

  BlockCache& cache_;
  const MinixFSGeometry& geometry_;
  uint32 free_zones_ = 0;
  uint32 free_inodes_ = 0;
  uint32 next_zone_bit_ = 1; ///< where the last search ended
  uint32 next_inode_bit_ = 1;
  Bitmap pending_zones_; ///< bits as in the maps on the disk
  Bitmap pending_inodes_;
};
