#include "FileDescriptorList.h"
#include "ScopeLock.h"
#include "errno.h"

FileDescriptorList::FileDescriptorList(size_t limit) : limit_(limit), lock_("FileDescriptorList::lock_") {}

FileDescriptorList::~FileDescriptorList() = default;

int64 FileDescriptorList::add(RefPtr<File> file)
{
  ScopeLock lock(lock_);
  if (descriptors_.size() >= limit_)
    return -EMFILE;
  size_t number = FIRST_DESCRIPTOR;
  auto position = descriptors_.begin();
  for (; position != descriptors_.end() && position->getFd() == number; ++position)
    ++number;
  descriptors_.insert(position, FileDescriptor(number, ustl::move(file)));
  return static_cast<int64>(number);
}

RefPtr<File> FileDescriptorList::get(size_t fd)
{
  ScopeLock lock(lock_);
  for (auto& descriptor : descriptors_)
    if (descriptor.getFd() == fd)
      return descriptor.getFile();
  return nullptr;
}

RefPtr<File> FileDescriptorList::remove(size_t fd)
{
  ScopeLock lock(lock_);
  for (auto& descriptor : descriptors_)
  {
    if (descriptor.getFd() == fd)
    {
      RefPtr<File> file = descriptor.getFile();
      descriptors_.erase(&descriptor);
      return file;
    }
  }
  return nullptr;
}

size_t FileDescriptorList::count()
{
  ScopeLock lock(lock_);
  return descriptors_.size();
}
