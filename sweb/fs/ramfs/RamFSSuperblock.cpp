#include "RamFSSuperblock.h"
#include "RamFSDirectory.h"
#include "RamFSFile.h"
#include "ScopeLock.h"

RamFSSuperblock::RamFSSuperblock(bool read_only, uint64 limit) : Superblock(nullptr, read_only), limit_(limit)
{
  root_ = Dentry::makeRoot(RefPtr<Inode>(new RamFSDirectory(this, 0755)));
}

RamFSSuperblock::~RamFSSuperblock()
{
  root_.reset(); // while there still is a superblock for the files to count in
}

bool RamFSSuperblock::hasRoom(uint64 blocks) const
{
  return chunks_ + inodes_ + blocks <= limit_ / RamFSFile::CHUNK_SIZE;
}

int64 RamFSSuperblock::statfs(FileSystemStat& result)
{
  ScopeLock lock(lock_);
  result = FileSystemStat{.block_size = RamFSFile::CHUNK_SIZE,
                          .blocks = chunks_,
                          .free_blocks = 0, // what is free is the kernel's heap, and not ours to promise
                          .inodes = last_inode_number_,
                          .free_inodes = 0};
  return 0;
}
