#include "DeviceFSSuperblock.h"
#include "BDManager.h"
#include "BlockDeviceInode.h"

DeviceFSSuperblock::DeviceFSSuperblock() : RamFSSuperblock(true)
{
  auto* directory = new DeviceFSRoot(this);
  root_ = Dentry::makeRoot(RefPtr<Inode>(directory));
  BDManager* manager = BDManager::getInstance();
  for (size_t i = 0; i < manager->getNumberOfDevices(); ++i)
  {
    BDVirtualDevice* device = manager->getDeviceByNumber(i);
    directory->addDevice(device->getName(), RefPtr<RamFSInode>(new BlockDeviceInode(this, device)));
  }
}
