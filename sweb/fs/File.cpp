#include "File.h"
#include "Inode.h"
#include "ScopeLock.h"
#include "Superblock.h"
#include "VirtualFileSystem.h"
#include "errno.h"

void File::dispose()
{
  (void)flushChanges(); // an error comes up again at the next sync or unmount: what was not written stays dirty
  {
    VirtualFileSystem::TreeLock lock;
    inode()->close(flags_);
    path_ = Path();
  }
  delete this;
}

Inode* File::inode() const
{
  return path_.getInode();
}

ssize_t File::read(void* buffer, size_t size)
{
  ScopeLock lock(offset_lock_);
  ssize_t result = readAt(offset_, buffer, size);
  if (result > 0)
    offset_ += result;
  return result;
}

ssize_t File::write(const void* buffer, size_t size)
{
  ScopeLock lock(offset_lock_);
  if (flags_ & OpenFlags::APPEND)
  {
    ssize_t result = append(buffer, size);
    if (result > 0)
      offset_ = inode()->getSize();
    return result;
  }
  ssize_t result = writeAt(offset_, buffer, size);
  if (result > 0)
    offset_ += result;
  return result;
}

ssize_t File::readAt(uint64 position, void* buffer, size_t size)
{
  if (!isReadable())
    return -EBADF;
  return inode()->readData(position, size, buffer);
}

ssize_t File::writeAt(uint64 position, const void* buffer, size_t size)
{
  int64 error = checkWrite(size);
  if (error != 0 || size == 0)
    return error;
  if (position + size < position || static_cast<int64>(position + size) < 0)
    return -EFBIG;
  return finishWrite(inode()->writeData(position, size, buffer));
}

ssize_t File::append(const void* buffer, size_t size)
{
  int64 error = checkWrite(size);
  if (error != 0 || size == 0)
    return error;
  return finishWrite(inode()->appendData(size, buffer));
}

int64 File::checkWrite(size_t size) const
{
  if (!isWritable())
    return -EBADF;
  if (static_cast<ssize_t>(size) < 0)
    return -EINVAL;
  // A file system becomes read-only under open files when the machine is switched off.
  if (inode()->getType() == InodeType::FILE && inode()->getSuperblock()->isReadOnly())
    return -EROFS;
  return 0;
}

ssize_t File::finishWrite(ssize_t written)
{
  if (written <= 0)
    return written;
  changed_ = true;
  if (!(flags_ & OpenFlags::SYNC))
    return written;
  int64 error = flush();
  return error < 0 ? error : written;
}

l_off_t File::lseek(l_off_t offset, SeekOrigin origin)
{
  ScopeLock lock(offset_lock_);
  uint64 base = 0;
  if (origin == SeekOrigin::CURRENT)
    base = offset_;
  else if (origin == SeekOrigin::END)
    base = inode()->getSize();
  else if (origin != SeekOrigin::SET)
    return -EINVAL;
  l_off_t target;
  if (__builtin_add_overflow(static_cast<l_off_t>(base), offset, &target) || target < 0)
    return -EINVAL;
  offset_ = target;
  return target;
}

int64 File::truncate(uint64 size)
{
  int64 error = checkWrite(0);
  if (error != 0)
    return error;
  changed_ = true;
  return inode()->truncate(size);
}

int64 File::flush()
{
  changed_ = false;
  int64 error = inode()->flush();
  if (error != 0)
    changed_ = true;
  return error;
}

uint64 File::getSize()
{
  return inode()->getSize();
}

int64 File::stat(FileStat& result)
{
  return inode()->identify(result);
}
