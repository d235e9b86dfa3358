#pragma once

#include "Inode.h"
#include "MinixFSSuperblock.h"
#include "MinixFSZone.h"
#include "MinixInodeRecord.h"

/// A file of a Minix file system, and what directories share with it. When the last name and the last user are gone,
/// its inode and zones are freed. Access times are not maintained, as if mounted with noatime.
class MinixFSInode : public Inode
{
public:
  MinixFSInode(MinixFSSuperblock* superblock, uint32 number, const MinixInodeRecord& record);

  int64 stat(FileStat& result) override;
  uint64 getSize() override;

  ssize_t readData(uint64 offset, size_t size, void* buffer) override;
  ssize_t writeData(uint64 offset, size_t size, const void* buffer) override;
  ssize_t appendData(size_t size, const void* buffer) override;
  int64 truncate(uint64 size) override;
  int64 flush() override;

  uint32 getNumber() const { return number_; }

protected:
  friend class MinixFSDirectory; // changes the link counts of what it names

  ~MinixFSInode() override = default;
  void dispose() override;

  // All below: superblock lock held.

  MinixFSSuperblock& minixfs() const { return *static_cast<MinixFSSuperblock*>(getSuperblock()); }
  const MinixFSGeometry& geometry() const { return minixfs().geometry(); }
  BlockCache& cache() const { return minixfs().cache(); }
  MinixFSZone zones();
  /// The record goes to the table of inodes, in the cache.
  int64 store();
  int64 changeLinks(int32 change);
  /// Content or links have changed.
  void touch();

  const uint32 number_;
  MinixInodeRecord record_;

private:
  static constexpr uint32 BLOCKS_PER_OPERATION = 32; ///< written between two calls of prepareOperation
  static constexpr uint32 DIRECT_RUN = 4;            ///< so many whole blocks in a row go past the cache
  static constexpr uint32 READ_AHEAD = 16;           ///< blocks, for who reads in order in smaller pieces

  struct Target
  {
    uint32 zone;
    bool fresh;
  };

  uint64 sequential_offset_ = 0; ///< where a reader that goes on will read next

  ssize_t read(uint64 offset, size_t size, uint8* buffer);
  int64 readPart(uint64 offset, size_t size, uint8* buffer, bool reads_ahead, size_t& done);
  ssize_t write(uint64 offset, size_t size, const uint8* buffer);
  ssize_t writeOperation(uint64 offset, size_t size, const uint8* buffer);
  int64 writeTargets(const Target* targets, uint32 count, uint64 offset, size_t size, const uint8* buffer);
  int64 writeBlockPart(const Target& target, size_t begin, size_t size, const uint8* buffer);
  int64 resize(uint64 size);
  int64 zeroTail();
  void destroyContent();
};
