#include "Inode.h"
#include "Superblock.h"
#include "errno.h"

int64 Inode::identify(FileStat& result)
{
  const int64 error = stat(result);
  result.device = superblock_->getId();
  return error;
}

int64 Inode::lookup(const ustl::string&, RefPtr<Inode>&)
{
  return isDirectory() ? -ENOENT : -ENOTDIR;
}

int64 Inode::mkfile(const ustl::string&, uint32, RefPtr<Inode>&)
{
  return isDirectory() ? -EPERM : -ENOTDIR;
}

int64 Inode::mkdir(const ustl::string&, uint32, RefPtr<Inode>&)
{
  return isDirectory() ? -EPERM : -ENOTDIR;
}

int64 Inode::link(const ustl::string&, Inode*)
{
  return isDirectory() ? -EPERM : -ENOTDIR;
}

int64 Inode::unlink(const ustl::string&)
{
  return isDirectory() ? -EPERM : -ENOTDIR;
}

int64 Inode::rmdir(const ustl::string&)
{
  return isDirectory() ? -EPERM : -ENOTDIR;
}

int64 Inode::rename(const ustl::string&, Inode*, const ustl::string&)
{
  return isDirectory() ? -EPERM : -ENOTDIR;
}

int64 Inode::readdir(ustl::vector<DirectoryEntry>&)
{
  return isDirectory() ? -EPERM : -ENOTDIR;
}

ssize_t Inode::readData(uint64, size_t, void*)
{
  return isDirectory() ? -EISDIR : -EINVAL;
}

ssize_t Inode::writeData(uint64, size_t, const void*)
{
  return isDirectory() ? -EISDIR : -EINVAL;
}

ssize_t Inode::appendData(size_t, const void*)
{
  return isDirectory() ? -EISDIR : -EINVAL;
}

int64 Inode::truncate(uint64)
{
  return isDirectory() ? -EISDIR : -EINVAL;
}

int64 Inode::open(uint32 flags)
{
  bool exclusive = OpenFlags::exclusive(flags);
  bool writable = OpenFlags::writable(flags);
  if (exclusively_open_ && (exclusive || writable))
    return -EBUSY;
  if (exclusive && writers_ > 0)
    return -EBUSY;
  exclusively_open_ = exclusively_open_ || exclusive;
  writers_ += writable;
  return 0;
}

void Inode::close(uint32 flags)
{
  if (OpenFlags::exclusive(flags))
    exclusively_open_ = false;
  writers_ -= OpenFlags::writable(flags);
}
