#include "errno.h"

#include "sys/syscall.h"

int errno;

long __syscall_errno(unsigned long number, unsigned long arg1, unsigned long arg2, unsigned long arg3,
                     unsigned long arg4, unsigned long arg5)
{
  long result = __syscall(number, arg1, arg2, arg3, arg4, arg5);
  if (result >= 0)
    return result;
  errno = (int)-result;
  return -1;
}

int __not_implemented(void)
{
  errno = ENOSYS;
  return -1;
}
