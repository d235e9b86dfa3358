#include "errno.h"
#include "string.h"

static const struct
{
  int number;
  const char* text;
} messages[] = {
    {0, "success"},
    {EPERM, "not allowed"},
    {ENOENT, "no such file or directory"},
    {ESRCH, "no such process"},
    {EINTR, "interrupted"},
    {EIO, "the device reported an error"},
    {ENXIO, "no such device"},
    {E2BIG, "argument list too long"},
    {ENOEXEC, "not a program SWEB can run"},
    {EBADF, "bad descriptor"},
    {ECHILD, "no such child process"},
    {EAGAIN, "try again"},
    {ENOMEM, "out of memory"},
    {EACCES, "not permitted"},
    {EFAULT, "bad address"},
    {EBUSY, "in use"},
    {EEXIST, "exists already"},
    {EXDEV, "on another file system"},
    {ENODEV, "no such device"},
    {ENOTDIR, "not a directory"},
    {EISDIR, "is a directory"},
    {EINVAL, "invalid argument"},
    {ENFILE, "too many open files in the system"},
    {EMFILE, "too many open files"},
    {ENOTTY, "not a terminal"},
    {EFBIG, "file too large"},
    {ENOSPC, "no space left on the device"},
    {ESPIPE, "cannot seek"},
    {EROFS, "read-only file system"},
    {EMLINK, "too many links"},
    {EDOM, "argument out of domain"},
    {ERANGE, "result out of range"},
    {EDEADLK, "would deadlock"},
    {ENAMETOOLONG, "name too long"},
    {ENOSYS, "not implemented"},
    {ENOTEMPTY, "directory not empty"},
    {EOVERFLOW, "value too large"},
    {ENOTSUP, "not supported"},
    {ETIMEDOUT, "timed out"},
};

const char* strerror(int number)
{
  for (size_t i = 0; i < sizeof(messages) / sizeof(messages[0]); ++i)
  {
    if (messages[i].number == number)
      return messages[i].text;
  }
  return "unknown error";
}
