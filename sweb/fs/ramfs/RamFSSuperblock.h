#pragma once

#include "Superblock.h"

/// Instance of a ramfs.
class RamFSSuperblock : public Superblock
{
public:
  /// `limit` in bytes; files and directories count as one block each beside their content.
  explicit RamFSSuperblock(bool read_only, uint64 limit = ~0UL);
  ~RamFSSuperblock() override;

  int64 statfs(FileSystemStat& result) override;

  uint32 nextInodeNumber() { return ++last_inode_number_; }
  /// Bookkeeping for statfs, in blocks of RamFSFile::CHUNK_SIZE. Superblock lock held.
  void countChunks(int64 change) { chunks_ += change; }
  void countInodes(int64 change) { __atomic_add_fetch(&inodes_, change, __ATOMIC_RELAXED); }
  /// False when so many blocks more would be over the limit.
  [[nodiscard]] bool hasRoom(uint64 blocks = 1) const;

private:
  const uint64 limit_;
  uint32 last_inode_number_ = 0;
  uint64 chunks_ = 0;
  uint64 inodes_ = 0;
};
