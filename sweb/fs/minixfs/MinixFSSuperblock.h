#pragma once

#include "BlockCache.h"
#include "MinixFSGeometry.h"
#include "MinixStorageManager.h"
#include "Superblock.h"
#include "umap.h"

class MinixFSInode;
struct MinixInodeRecord;

/**
 * A mounted Minix file system.
 *
 * What a power cut can destroy: changes reach the disk in flush(), ordered so that nothing on the disk ever refers to
 * something not yet there: content and allocations, maps, inodes, names; and only then is freed what was given up. A
 * link is counted before its name is written, and until the name has gone. A cut in the middle leaves at worst
 * allocated space that nobody names and links counted too many, which fsck gives back, and a file that was being
 * renamed under both its names. So it can leave a directory that was being moved to another one, but its `..` tells
 * which name is right and where the other is, and whoever finds the directory next removes that one (see
 * MinixFSDirectory::finishMove). A directory renamed to the name of an empty one next to it can be left under its old
 * name, and the empty one be gone. Blocks that grow a directory are written as zeros at once, and whole blocks of file
 * content go past the cache, before anything refers to them. Flushes happen at sync, unmount, when a written file is
 * closed, and between operations when the cache is half dirty.
 */
class MinixFSSuperblock : public Superblock
{
public:
  MinixFSSuperblock(BDVirtualDevice* device, bool read_only);
  ~MinixFSSuperblock() override;

  /// Reads the disk's superblock and the root. 0, -EINVAL (no usable Minix file system), -EIO, -ENOMEM.
  int64 initialise(size_t cache_memory);

  int64 flush() override;
  int64 finish() override;
  int64 statfs(FileSystemStat& result) override;

  // All below: superblock lock held.

  /// The inode object of a number; there is only one as long as somebody refers to it. 0, -EIO, -ENOMEM.
  int64 getInode(uint32 number, RefPtr<MinixFSInode>& inode);
  bool isInUse(uint32 number) const { return inodes_.find(number) != inodes_.end(); }
  /// The object leaves the table: it is about to be deleted.
  void forgetInode(uint32 number);

  int64 readRecord(uint32 number, MinixInodeRecord& record);
  int64 writeRecord(uint32 number, const MinixInodeRecord& record);
  /// Whether what the disk says of an inode allows it to be used.
  bool isUsable(uint32 number, const MinixInodeRecord& record) const;

  /// Before every operation that changes something: flushes if the operation could otherwise run out of clean cache
  /// blocks, or out of zones that are free but not yet given back. 0 or -EIO.
  int64 prepareOperation();
  int64 flushLocked();

  BlockCache& cache() { return *cache_; }
  MinixStorageManager& storage() { return *storage_; }
  const MinixFSGeometry& geometry() const { return geometry_; }

private:
  /// As many zones may be wanted by one operation between two calls of prepareOperation.
  static constexpr uint32 ZONES_PER_OPERATION = 64;

  /// Versions 1 and 2 note on the disk whether they were unmounted properly.
  int64 writeCleanFlag(bool clean);
  /// Where the inode's record is in `table`.
  int64 getRecord(uint32 number, BlockCache::Ref& table, uint8*& raw);

  MinixFSGeometry geometry_;
  BlockCache* cache_ = nullptr;
  MinixStorageManager* storage_ = nullptr;
  ustl::map<uint32, MinixFSInode*> inodes_;
  bool restore_clean_flag_ = false; ///< it was set on the disk, and is cleared while we write
};
