#pragma once

#include "BlockCache.h"
#include "MinixInodeRecord.h"
#include "MinixStorageManager.h"

/**
 * The map of a file: which zone holds its n-th block. Zone numbers are in the inode, and from the eighth on in trees of
 * indirect blocks of one, two and three levels. Works on the inode's record; the caller stores it afterwards.
 * Superblock lock held.
 */
class MinixFSZone
{
public:
  MinixFSZone(BlockCache& cache, MinixStorageManager& storage, const MinixFSGeometry& geometry,
              MinixInodeRecord& record)
      : cache_(cache), storage_(storage), geometry_(geometry), record_(record)
  {
  }

  /// The zone of block `index`, 0 for a hole, or -EIO. `count`, on entry how many blocks are of interest, becomes the
  /// number of blocks from `index` on in consecutive zones (or in the same hole) that one look at the map shows.
  int64 find(uint32 index, uint32& count);

  /// The zone of block `index`, allocated if missing (then `fresh`, content undefined). -ENOSPC, -EFBIG, -EIO.
  int64 findOrAllocate(uint32 index, bool& fresh);

  /// Frees every zone of the blocks from `index` on, and the indirect blocks that are empty then. 0 or -EIO.
  int64 freeFrom(uint32 index);

private:
  /// Where a block is in the trees: the slot in the inode, the levels below it, and its index among that tree's leaves.
  struct Position
  {
    uint32 root_slot;
    uint32 levels;
    uint64 leaf;
  };

  bool locate(uint32 index, Position& position) const;
  /// Number of data blocks below one slot of a block that has `levels` levels below it.
  uint64 leavesBelow(uint32 levels) const;
  int64 check(uint32 zone) const;

  template <class Number> uint32 runLength(const Number* zones, uint32 limit) const;
  uint32 readSlot(const BlockCache::Ref& block, uint32 slot) const;
  void writeSlot(BlockCache::Ref& block, uint32 slot, uint32 zone) const;

  /// The indirect block in which the leaf's zone number stands; `zone` is 0 if there is none (and `create` is false).
  int64 walk(const Position& position, bool create, uint32& zone);
  int64 newIndirectBlock();
  int64 freeSubtree(uint32 zone, uint32 levels, uint64 from, bool& empty);
  uint32 wantedZone(uint32 index);

  BlockCache& cache_;
  MinixStorageManager& storage_;
  const MinixFSGeometry& geometry_;
  MinixInodeRecord& record_;
};
