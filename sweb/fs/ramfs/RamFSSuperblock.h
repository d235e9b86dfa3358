#pragma once

#include "Superblock.h"

/// Instance of a ramfs.
class RamFSSuperblock : public Superblock
{
public:
  explicit RamFSSuperblock(bool read_only);
  ~RamFSSuperblock() override;

  int64 statfs(FileSystemStat& result) override;

  uint32 nextInodeNumber() { return ++last_inode_number_; }
  /// Bookkeeping for statfs, in blocks of RamFSFile::CHUNK_SIZE. Superblock lock held.
  void countChunks(int64 change) { chunks_ += change; }

private:
  uint32 last_inode_number_ = 0;
  uint64 chunks_ = 0;
};
