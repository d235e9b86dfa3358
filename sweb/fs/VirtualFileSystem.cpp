#include "VirtualFileSystem.h"
#include "BDManager.h"
#include "DeviceFSType.h"
#include "FileSystemInfo.h"
#include "FileSystemType.h"
#include "MinixFSType.h"
#include "RamFSType.h"
#include "Superblock.h"
#include "assert.h"
#include "debug.h"
#include "errno.h"

VirtualFileSystem& VirtualFileSystem::instance()
{
  static VirtualFileSystem* the_vfs = new VirtualFileSystem();
  return *the_vfs;
}

VirtualFileSystem::VirtualFileSystem() : tree_lock_("VFS tree lock") {}

void VirtualFileSystem::initialise()
{
  registerFileSystem(new DeviceFSType());
  registerFileSystem(new RamFSType());
  registerFileSystem(new MinixFSType());
  default_working_dir = new FileSystemInfo();
  TreeLock lock;
  int64 error = rootMount("ramfs");
  assert(error == 0 && "at boot, nothing is mounted and there is memory");
  Path root(root_mount_->getRoot(), root_mount_);
  default_working_dir->setRoot(root);
  default_working_dir->setPwd(root);
}

void VirtualFileSystem::registerFileSystem(FileSystemType* type)
{
  assert(!getFsType(type->getFSName()) && "each is registered once, at boot");
  types_.push_back(type);
}

FileSystemType* VirtualFileSystem::getFsType(const ustl::string& name)
{
  for (FileSystemType* type : types_)
    if (type->getFSName() == name)
      return type;
  return nullptr;
}

int64 VirtualFileSystem::rootMount(const char* fs_name)
{
  FileSystemType* type = getFsType(fs_name);
  if (!type || root_mount_)
    return type ? -EBUSY : -ENODEV;
  Superblock* superblock = nullptr;
  int64 error = type->createSuper(nullptr, false, superblock);
  if (error != 0)
    return error;
  root_mount_ = RefPtr<VfsMount>(new VfsMount(nullptr, nullptr, superblock));
  mounts_.push_back(root_mount_);
  return 0;
}

int64 VirtualFileSystem::mount(BDVirtualDevice* device, const Path& where, const char* fs_name, bool read_only)
{
  FileSystemType* type = getFsType(fs_name);
  if (!type || type->needsDevice() != (device != nullptr))
    return -ENODEV;
  if (!where.getInode()->isDirectory())
    return -ENOTDIR;
  // A path does not enter what is mounted where it starts: a second mount there would hide the first one for good.
  if (where.dentry_->getMount())
    return -EBUSY;
  if (device)
  {
    int64 busy = BDManager::getInstance()->claim(device, BDManager::Use::EXCLUSIVE);
    if (busy != 0)
      return busy;
  }
  Superblock* superblock = nullptr;
  int64 error = type->createSuper(device, read_only, superblock);
  if (error != 0)
  {
    if (device)
      BDManager::getInstance()->release(device, BDManager::Use::EXCLUSIVE);
    return error;
  }
  mounts_.push_back(RefPtr<VfsMount>(new VfsMount(where.mount_, where.dentry_, superblock)));
  debug(VFS, "%s mounted on /%s\n", device ? device->getName().c_str() : fs_name, where.dentry_->getName().c_str());
  return 0;
}

int64 VirtualFileSystem::umount(const Path& where)
{
  if (!(where.dentry_ == where.mount_->getRoot()) || where.mount_ == root_mount_)
    return -EINVAL;
  return detach(where.mount_, 1);
}

int64 VirtualFileSystem::detach(const RefPtr<VfsMount>& mount, uint32 callers_references)
{
  if (mount->referenceCount() > 1 + callers_references)
    return -EBUSY;
  int64 error = mount->getSuperblock()->finish();
  if (error != 0)
    return error;
  mounts_.erase(ustl::find(mounts_.begin(), mounts_.end(), mount));
  return 0;
}

int64 VirtualFileSystem::flushAll()
{
  int64 result = 0;
  for (auto& mount : mounts_)
  {
    int64 error = mount->getSuperblock()->flush();
    result = result != 0 ? result : error;
  }
  return result;
}

int64 VirtualFileSystem::shutdown()
{
  int64 result = 0;
  for (size_t i = mounts_.size(); i > 1; --i)
  {
    RefPtr<VfsMount> mount = mounts_[i - 1];
    Superblock* superblock = mount->getSuperblock();
    int64 error = detach(mount, 1);
    if (error == 0)
      continue;
    superblock->setReadOnly();
    error = superblock->finish();
    result = result != 0 ? result : error;
  }
  return result;
}
