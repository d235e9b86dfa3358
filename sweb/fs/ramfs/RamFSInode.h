#pragma once

#include "Inode.h"
#include "RamFSSuperblock.h"

/// What files and directories of a ramfs have in common. The superblock's lock guards everything.
class RamFSInode : public Inode
{
public:
  RamFSInode(RamFSSuperblock* superblock, InodeType type, uint32 mode);
  ~RamFSInode() override;

  int64 stat(FileStat& result) override;

  /// Number of names. Superblock lock held.
  uint32 links_ = 0;

protected:
  RamFSSuperblock* ramfs() const { return static_cast<RamFSSuperblock*>(getSuperblock()); }
  Mutex& lock() const { return getSuperblock()->lock_; }
  /// The content has changed. Superblock lock held.
  void touch();

private:
  const uint32 inode_number_;
  const uint32 mode_;
  uint32 modification_time_;
};
