#include "Syscall.h"

#include "AllocationFaults.h"
#include "ArchThreads.h"
#include "FileSyscall.h"
#include "MemoryReservation.h"
#include "ProcessRegistry.h"
#include "ProcessSyscall.h"
#include "SystemSyscall.h"
#include "UserProcess.h"
#include "VmSyscalls.h"
#include "debug.h"
#include "errno.h"
#include "syscall-definitions.h"

namespace
{
/// Calls without plain `new` on their way. Among them is what gives memory back.
constexpr bool worksWithoutMemory(size_t number)
{
  switch (number)
  {
  case sc_exit:
  case sc_getpid:
  case sc_sched_yield:
  case sc_ioctl:
  case sc_sysinfo:
  case sc_reboot:
  case sc_vm_kill:
  case sc_fail_allocations:
    return true;
  default:
    return false;
  }
}
} // namespace

int64 Syscall::syscallException(size_t number, size_t arg1, size_t arg2, size_t arg3, size_t arg4, size_t)
{
  if (worksWithoutMemory(number))
    return perform(number, arg1, arg2, arg3, arg4);
  const MemoryReservation memory(MemoryReservation::SYSTEM_CALL_PAGES);
  return memory.isValid() ? perform(number, arg1, arg2, arg3, arg4) : -ENOMEM;
}

int64 Syscall::perform(size_t number, size_t arg1, size_t arg2, size_t arg3, size_t arg4)
{
  switch (number)
  {
  case sc_exit:
    UserProcess::current()->exit(static_cast<int64>(arg1));
  case sc_createprocess:
    return ProcessSyscall::createProcess(arg1, arg2 != 0, arg3, arg4);
  case sc_getpid:
    return ProcessSyscall::getPid();
  case sc_processlist:
    return ProcessSyscall::processList(arg1, arg2);
  case sc_sched_yield:
    ArchThreads::yield();
    return 0;

  case sc_read:
    return FileSyscall::read(arg1, arg2, arg3);
  case sc_write:
    return FileSyscall::write(arg1, arg2, arg3);
  case sc_open:
    return FileSyscall::open(arg1, arg2);
  case sc_close:
    return FileSyscall::close(arg1);
  case sc_lseek:
    return FileSyscall::lseek(arg1, static_cast<int64>(arg2), arg3);
  case sc_ftruncate:
    return FileSyscall::ftruncate(arg1, static_cast<int64>(arg2));
  case sc_stat:
    return FileSyscall::stat(arg1, arg2);
  case sc_fstat:
    return FileSyscall::fstat(arg1, arg2);
  case sc_ioctl:
    return FileSyscall::ioctl(arg1, arg2);
  case sc_unlink:
    return FileSyscall::unlink(arg1);
  case sc_rename:
    return FileSyscall::rename(arg1, arg2);
  case sc_mkdir:
    return FileSyscall::mkdir(arg1);
  case sc_rmdir:
    return FileSyscall::rmdir(arg1);
  case sc_chdir:
    return FileSyscall::chdir(arg1);
  case sc_getcwd:
    return FileSyscall::getcwd(arg1, arg2);
  case sc_pseudols:
    return FileSyscall::pseudols(arg1, arg2, arg3);
  case sc_sync:
    return FileSyscall::sync();
  case sc_mount:
    return FileSyscall::mount(arg1, arg2, arg3);
  case sc_umount:
    return FileSyscall::umount(arg1);

  case sc_vm_create:
  case sc_vm_attach:
  case sc_vm_list:
  case sc_vm_kill:
  case sc_vm_reset:
  case sc_vm_stat:
  case sc_vm_report:
  case sc_vm_check:
  case sc_vm_check_cpu:
  case sc_vm_refuse:
  case sc_vm_panic:
  case sc_vm_last_screen:
    return VmSyscalls::call(number, arg1, arg2, arg3);

  case sc_sysinfo:
    return SystemSyscall::information(arg1);
  case sc_reboot:
    return SystemSyscall::reboot(arg1);
  case sc_outline:
    return SystemSyscall::outline(arg1, arg2);
  case sc_trace:
    return SystemSyscall::trace();
  case sc_fail_allocations:
    return static_cast<int64>(AllocationFaults::arm(arg1, arg2));

  default:
    debug(SYSCALL, "system call %zu is not implemented\n", number);
    return -ENOSYS;
  }
}
