#include "RamFSInode.h"
#include "ScopeLock.h"
#include "VirtualFileSystem.h"

RamFSInode::RamFSInode(RamFSSuperblock* superblock, InodeType type, uint32 mode)
    : Inode(superblock, type), inode_number_(superblock->nextInodeNumber()), mode_(mode),
      modification_time_(VirtualFileSystem::instance().now())
{
  superblock->countInodes(1);
}

RamFSInode::~RamFSInode()
{
  ramfs()->countInodes(-1);
}

int64 RamFSInode::stat(FileStat& result)
{
  result = FileStat();
  result.size = getSize();
  ScopeLock guard(lock());
  result.inode_number = inode_number_;
  result.type = getType();
  result.mode = mode_;
  result.links = links_;
  result.access_time = result.change_time = result.modification_time = modification_time_;
  return 0;
}

void RamFSInode::touch()
{
  modification_time_ = VirtualFileSystem::instance().now();
}
