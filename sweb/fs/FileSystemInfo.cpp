#include "FileSystemInfo.h"
#include "VirtualFileSystem.h"

FileSystemInfo* default_working_dir = nullptr;

FileSystemInfo::FileSystemInfo(const FileSystemInfo& other)
{
  VirtualFileSystem::TreeLock lock;
  root_ = other.root_;
  pwd_ = other.pwd_;
}

FileSystemInfo::~FileSystemInfo()
{
  VirtualFileSystem::TreeLock lock;
  root_ = Path();
  pwd_ = Path();
}
