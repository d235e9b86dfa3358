#include "VfsMount.h"
#include "BDManager.h"
#include "Superblock.h"

VfsMount::VfsMount(RefPtr<VfsMount> parent, RefPtr<Dentry> mount_point, Superblock* superblock)
    : parent_(ustl::move(parent)), mount_point_(ustl::move(mount_point)), superblock_(superblock)
{
  if (mount_point_)
    mount_point_->setMount(this);
}

VfsMount::~VfsMount()
{
  BDVirtualDevice* device = superblock_->getDevice();
  delete superblock_;
  if (device)
    BDManager::getInstance()->release(device, BDManager::Use::EXCLUSIVE);
  if (mount_point_)
    mount_point_->setMount(nullptr);
}

const RefPtr<Dentry>& VfsMount::getRoot() const
{
  return superblock_->getRoot();
}
