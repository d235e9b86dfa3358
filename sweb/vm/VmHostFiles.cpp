// What the hypervisor library imports from the kernel, part two: images and disks. A handle is a descriptor of the
// kernel's own table. Contracts: rust-vmx/crates/sweb-vmx/src/ffi.rs.

#include "ArchThreads.h"
#include "Scheduler.h"
#include "VcpuThread.h"
#include "VfsSyscall.h"
#include "errno.h"
#include "kstring.h"
#include "sweb_vmx.h"

namespace
{
/// A file may take its time, in which no guest runs and no preemption timer counts: the tick is needed again.
void mayTakeTime()
{
  Scheduler::instance()->resumeTick();
}

/// The running vCPU's VM has the file: nothing may write its log over it.
void noteFile(size_t fd)
{
  VcpuThread* thread = currentThread->asVcpuThread();
  const RefPtr<File> file = VfsSyscall::getFile(fd);
  FileStat stat;
  if (thread && file && file->stat(stat) == 0)
    thread->vm().noteFile(stat);
}
} // namespace

int64_t host_open(const uint8_t* path, size_t length, uint32_t flags)
{
  char name[VM_PATH_SIZE];
  if (length >= sizeof(name))
    return -ENAMETOOLONG;
  memcpy(name, path, length);
  name[length] = 0;
  mayTakeTime();
  const int64 handle =
      VfsSyscall::open(name, flags == HOST_OPEN_WRITE ? OpenFlags::RDWR | OpenFlags::EXCL : OpenFlags::RDONLY);
  if (handle >= 0)
    noteFile(static_cast<size_t>(handle));
  return handle;
}

int64_t host_size(int64_t handle)
{
  return VfsSyscall::getFileSize(handle);
}

int64_t host_read(int64_t handle, uint64_t offset, uint8_t* buffer, size_t length)
{
  mayTakeTime();
  return VfsSyscall::readAt(handle, offset, buffer, length);
}

int64_t host_write(int64_t handle, uint64_t offset, const uint8_t* buffer, size_t length)
{
  mayTakeTime();
  return VfsSyscall::writeAt(handle, offset, buffer, length);
}

int64_t host_flush(int64_t handle)
{
  mayTakeTime();
  return VfsSyscall::flush(handle);
}

void host_close(int64_t handle)
{
  VfsSyscall::close(handle);
}
