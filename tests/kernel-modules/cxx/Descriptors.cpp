#include "Descriptors.h"
#include "HostVfs.h"
#include "VfsSyscall.h"

Descriptors::Descriptors(size_t limit) : list_(limit)
{
  VfsSyscall::openFile((hostvfs::newDirectory() + "/file").c_str(), OpenFlags::RDWR | OpenFlags::CREAT, file_);
}

std::unique_ptr<Descriptors> new_descriptors(size_t limit)
{
  return std::make_unique<Descriptors>(limit);
}
