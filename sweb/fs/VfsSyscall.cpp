#include "VfsSyscall.h"
#include "ArchThreads.h"
#include "BDManager.h"
#include "FileDescriptorList.h"
#include "FileSystemInfo.h"
#include "PathWalker.h"
#include "Superblock.h"
#include "Thread.h"
#include "VirtualFileSystem.h"
#include "errno.h"
#include "kstring.h"

namespace
{

FileDescriptorList& kernelDescriptors()
{
  static FileDescriptorList* list = new FileDescriptorList();
  return *list;
}

int64 walk(const FileSystemInfo* info, const char* path, Path& result)
{
  return PathWalker::pathWalk(path, info->getRoot(), info->getPwd(), result);
}

/// To the directory that shall change: its file system has to be writable, and it may not have been removed.
int64 walkToChange(const FileSystemInfo* info, const char* path, Path& parent, ustl::string& name)
{
  int64 error = PathWalker::pathWalkParent(path, info->getRoot(), info->getPwd(), parent, name);
  if (error != 0)
    return error;
  if (parent.dentry_->isDetached())
    return -ENOENT;
  return parent.getInode()->getSuperblock()->isReadOnly() ? -EROFS : 0;
}

/// -EEXIST if there is such a name; another error where the file system cannot tell.
int64 checkIsFree(const FileSystemInfo* info, const char* path)
{
  Path existing;
  int64 error = walk(info, path, existing);
  if (error == 0)
    return -EEXIST;
  return error == -ENOENT ? 0 : error;
}

bool areValid(uint32 flags)
{
  constexpr uint32 ACCESS = OpenFlags::RDONLY | OpenFlags::WRONLY | OpenFlags::RDWR;
  constexpr uint32 KNOWN = 2 * OpenFlags::SYNC - 1;
  bool one_access = __builtin_popcount(flags & ACCESS) == 1;
  bool changes = flags & (OpenFlags::TRUNC | OpenFlags::APPEND);
  return one_access && !(flags & ~KNOWN) && (!changes || OpenFlags::writable(flags));
}

/// Finds the file to open, or makes it if that was asked for.
int64 findOrCreate(const FileSystemInfo* info, const char* path, uint32 flags, uint32 mode, Path& place)
{
  int64 error = walk(info, path, place);
  if (error == 0)
    return (flags & OpenFlags::CREAT) && (flags & OpenFlags::EXCL) ? -EEXIST : 0;
  if (error != -ENOENT || !(flags & OpenFlags::CREAT))
    return error;
  if (path[0] && path[strlen(path) - 1] == '/')
    return -EISDIR;
  Path parent;
  ustl::string name;
  error = walkToChange(info, path, parent, name);
  if (error != 0)
    return error;
  RefPtr<Inode> inode;
  error = parent.getInode()->mkfile(name, mode & 07777, inode);
  if (error == 0)
    place = Path(parent.dentry_->attach(name, inode), parent.mount_);
  return error;
}

int64 checkAccess(Inode* inode, uint32 flags)
{
  switch (inode->getType())
  {
  case InodeType::DIRECTORY:
    return OpenFlags::writable(flags) ? -EISDIR : 0;
  case InodeType::FILE:
    return OpenFlags::writable(flags) && inode->getSuperblock()->isReadOnly() ? -EROFS : 0;
  case InodeType::LINK:
  case InodeType::OTHER:
    return -ENOTSUP;
  default:
    return 0;
  }
}

} // namespace

FileSystemInfo* VfsSyscall::workingDir()
{
  FileSystemInfo* info = currentThread ? currentThread->getWorkingDirInfo() : nullptr;
  return info ? info : default_working_dir;
}

int64 VfsSyscall::openFile(const char* path, uint32 flags, RefPtr<File>& file, uint32 mode)
{
  if (!areValid(flags))
    return -EINVAL;
  RefPtr<File> opened; // swapped with the caller's old file, which then closes after the lock: closing takes it
  VirtualFileSystem::TreeLock lock;
  Path place;
  int64 error = findOrCreate(workingDir(), path, flags, mode, place);
  if (error == 0)
    error = checkAccess(place.getInode(), flags);
  if (error == 0)
    error = place.getInode()->open(flags);
  if (error != 0)
    return error;
  if ((flags & OpenFlags::TRUNC) && place.getInode()->getType() == InodeType::FILE)
    error = place.getInode()->truncate(0);
  if (error != 0)
  {
    place.getInode()->close(flags);
    return error;
  }
  opened = RefPtr<File>(new File(place, flags));
  opened->changed_ = flags & (OpenFlags::TRUNC | OpenFlags::CREAT);
  ustl::swap(file, opened);
  return 0;
}

int64 VfsSyscall::open(const char* path, uint32 flags, uint32 mode)
{
  RefPtr<File> file;
  int64 error = openFile(path, flags, file, mode);
  return error != 0 ? error : kernelDescriptors().add(file);
}

int64 VfsSyscall::close(size_t fd)
{
  return kernelDescriptors().remove(fd) ? 0 : -EBADF;
}

RefPtr<File> VfsSyscall::getFile(size_t fd)
{
  return kernelDescriptors().get(fd);
}

ssize_t VfsSyscall::read(size_t fd, void* buffer, size_t size)
{
  RefPtr<File> file = getFile(fd);
  return file ? file->read(buffer, size) : -EBADF;
}

ssize_t VfsSyscall::write(size_t fd, const void* buffer, size_t size)
{
  RefPtr<File> file = getFile(fd);
  return file ? file->write(buffer, size) : -EBADF;
}

ssize_t VfsSyscall::readAt(size_t fd, uint64 position, void* buffer, size_t size)
{
  RefPtr<File> file = getFile(fd);
  return file ? file->readAt(position, buffer, size) : -EBADF;
}

ssize_t VfsSyscall::writeAt(size_t fd, uint64 position, const void* buffer, size_t size)
{
  RefPtr<File> file = getFile(fd);
  return file ? file->writeAt(position, buffer, size) : -EBADF;
}

l_off_t VfsSyscall::lseek(size_t fd, l_off_t offset, SeekOrigin origin)
{
  RefPtr<File> file = getFile(fd);
  return file ? file->lseek(offset, origin) : -EBADF;
}

int64 VfsSyscall::flush(size_t fd)
{
  RefPtr<File> file = getFile(fd);
  return file ? file->flush() : -EBADF;
}

int64 VfsSyscall::getFileSize(size_t fd)
{
  RefPtr<File> file = getFile(fd);
  return file ? static_cast<int64>(file->getSize()) : -EBADF;
}

int64 VfsSyscall::truncate(size_t fd, uint64 size)
{
  RefPtr<File> file = getFile(fd);
  return file ? file->truncate(size) : -EBADF;
}

int64 VfsSyscall::mkdir(const char* path, uint32 mode)
{
  VirtualFileSystem::TreeLock lock;
  Path parent;
  ustl::string name;
  int64 error = checkIsFree(workingDir(), path);
  if (error == 0)
    error = walkToChange(workingDir(), path, parent, name);
  if (error != 0)
    return error;
  RefPtr<Inode> created;
  return parent.getInode()->mkdir(name, mode & 07777, created);
}

int64 VfsSyscall::rmdir(const char* path)
{
  VirtualFileSystem::TreeLock lock;
  Path parent;
  ustl::string name;
  int64 error = walkToChange(workingDir(), path, parent, name);
  RefPtr<Dentry> victim;
  if (error == 0)
    error = parent.dentry_->lookup(name, victim);
  if (error != 0)
    return error;
  if (!victim->getInode()->isDirectory())
    return -ENOTDIR;
  if (victim->getMount())
    return -EBUSY;
  error = parent.getInode()->rmdir(name);
  if (error == 0)
    victim->detach();
  return error;
}

int64 VfsSyscall::rm(const char* path)
{
  VirtualFileSystem::TreeLock lock;
  Path parent;
  ustl::string name;
  int64 error = walkToChange(workingDir(), path, parent, name);
  RefPtr<Dentry> victim;
  if (error == 0)
    error = parent.dentry_->lookup(name, victim);
  if (error != 0)
    return error;
  if (victim->getInode()->isDirectory())
    return -EISDIR;
  error = parent.getInode()->unlink(name);
  if (error == 0)
    victim->detach();
  return error;
}

int64 VfsSyscall::link(const char* old_path, const char* new_path)
{
  VirtualFileSystem::TreeLock lock;
  Path existing;
  int64 error = walk(workingDir(), old_path, existing);
  if (error != 0)
    return error;
  if (existing.getInode()->isDirectory())
    return -EPERM;
  Path parent;
  ustl::string name;
  error = checkIsFree(workingDir(), new_path);
  if (error == 0)
    error = walkToChange(workingDir(), new_path, parent, name);
  if (error != 0)
    return error;
  if (!(parent.mount_ == existing.mount_))
    return -EXDEV;
  return parent.getInode()->link(name, existing.getInode());
}

namespace
{

/// May what is called `target` be replaced by `source`?
int64 checkReplace(Dentry* source, Dentry* target)
{
  if (target->getMount())
    return -EBUSY;
  if (source->getInode()->isDirectory() && !target->getInode()->isDirectory())
    return -ENOTDIR;
  if (!source->getInode()->isDirectory() && target->getInode()->isDirectory())
    return -EISDIR;
  return 0;
}

} // namespace

int64 VfsSyscall::rename(const char* old_path, const char* new_path)
{
  VirtualFileSystem::TreeLock lock;
  Path old_parent, new_parent;
  ustl::string old_name, new_name;
  RefPtr<Dentry> source, target;
  int64 error = walkToChange(workingDir(), old_path, old_parent, old_name);
  if (error == 0)
    error = old_parent.dentry_->lookup(old_name, source);
  if (error == 0)
    error = walkToChange(workingDir(), new_path, new_parent, new_name);
  if (error != 0)
    return error;
  if (!(old_parent.mount_ == new_parent.mount_))
    return -EXDEV;
  if (source->getMount())
    return -EBUSY;
  if (new_parent.dentry_->isBelow(source.get()))
    return -EINVAL; // a directory cannot move into itself
  error = new_parent.dentry_->lookup(new_name, target);
  if (error == 0)
  {
    if (target->getInode() == source->getInode())
      return 0; // both are names of the same file
    error = checkReplace(source.get(), target.get());
  }
  if (error != 0 && error != -ENOENT)
    return error;
  error = old_parent.getInode()->rename(old_name, new_parent.getInode(), new_name);
  if (error != 0)
    return error;
  if (target)
    target->detach();
  source->moveTo(new_parent.dentry_, new_name);
  return 0;
}

int64 VfsSyscall::stat(const char* path, FileStat& result)
{
  VirtualFileSystem::TreeLock lock;
  Path place;
  int64 error = walk(workingDir(), path, place);
  return error != 0 ? error : place.getInode()->identify(result);
}

int64 VfsSyscall::readdir(const char* path, ustl::vector<DirectoryEntry>& entries)
{
  VirtualFileSystem::TreeLock lock;
  Path place;
  int64 error = walk(workingDir(), path, place);
  if (error != 0)
    return error;
  if (!place.getInode()->isDirectory())
    return -ENOTDIR;
  return place.getInode()->readdir(entries);
}

int64 VfsSyscall::chdir(const char* path)
{
  VirtualFileSystem::TreeLock lock;
  FileSystemInfo* info = workingDir();
  Path place;
  int64 error = walk(info, path, place);
  if (error != 0)
    return error;
  if (!place.getInode()->isDirectory())
    return -ENOTDIR;
  info->setPwd(place);
  return 0;
}

ustl::string VfsSyscall::getcwd()
{
  VirtualFileSystem::TreeLock lock;
  FileSystemInfo* info = workingDir();
  return info->getPwd().getAbsolutePath(info->getRoot());
}

int64 VfsSyscall::mount(const char* device_name, const char* path, const char* fs_name, bool read_only)
{
  BDVirtualDevice* device = nullptr;
  if (*device_name)
  {
    device = BDManager::getInstance()->getDeviceByName(device_name);
    if (!device)
      return -ENODEV;
  }
  VirtualFileSystem::TreeLock lock;
  Path place;
  if (const int64 error = walk(workingDir(), path, place); error != 0)
    return error;
  VirtualFileSystem& tree = VirtualFileSystem::instance();
  // Every path begins at the root, and would not see what is mounted on it.
  if (place.dentry_ == tree.getRootMount()->getRoot())
    return -EBUSY;
  return tree.mount(device, place, fs_name, read_only);
}

int64 VfsSyscall::umount(const char* path)
{
  VirtualFileSystem::TreeLock lock;
  Path place;
  int64 error = walk(workingDir(), path, place);
  return error != 0 ? error : VirtualFileSystem::instance().umount(place);
}

int64 VfsSyscall::statfs(const char* path, FileSystemStat& result)
{
  VirtualFileSystem::TreeLock lock;
  Path place;
  int64 error = walk(workingDir(), path, place);
  return error != 0 ? error : place.getInode()->getSuperblock()->statfs(result);
}

int64 VfsSyscall::sync()
{
  VirtualFileSystem::TreeLock lock;
  return VirtualFileSystem::instance().flushAll();
}

int64 VfsSyscall::shutdown()
{
  VirtualFileSystem::TreeLock lock;
  return VirtualFileSystem::instance().shutdown();
}
