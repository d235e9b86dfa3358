#include "BlockDeviceInode.h"
#include "BDManager.h"

uint64 BlockDeviceInode::getSize()
{
  return device_->getSize();
}

ssize_t BlockDeviceInode::readData(uint64 offset, size_t size, void* buffer)
{
  return device_->readData(offset, size, buffer);
}

ssize_t BlockDeviceInode::writeData(uint64 offset, size_t size, const void* buffer)
{
  return device_->writeData(offset, size, buffer);
}

int64 BlockDeviceInode::flush()
{
  return device_->flush();
}

int64 BlockDeviceInode::open(uint32 flags)
{
  if (!OpenFlags::exclusive(flags) && !OpenFlags::writable(flags))
    return 0;
  return BDManager::getInstance()->claim(device_, OpenFlags::exclusive(flags) ? BDManager::Use::EXCLUSIVE
                                                                              : BDManager::Use::WRITE);
}

void BlockDeviceInode::close(uint32 flags)
{
  if (OpenFlags::exclusive(flags) || OpenFlags::writable(flags))
    BDManager::getInstance()->release(device_,
                                      OpenFlags::exclusive(flags) ? BDManager::Use::EXCLUSIVE : BDManager::Use::WRITE);
}
