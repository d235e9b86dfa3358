#include "errno.h"
#include "string.h"

static const struct
{
  int number;
  const char* text;
} messages[] = {
    {0, "Success"},
    {EPERM, "Not allowed"},
    {ENOENT, "No such file or directory"},
    {ESRCH, "No such process"},
    {EINTR, "Interrupted"},
    {EIO, "The device reported an error"},
    {ENXIO, "No such device"},
    {E2BIG, "Argument list too long"},
    {ENOEXEC, "Not a program SWEB can run"},
    {EBADF, "Bad descriptor"},
    {ECHILD, "No such child process"},
    {EAGAIN, "Try again"},
    {ENOMEM, "Out of memory"},
    {EACCES, "Not permitted"},
    {EFAULT, "Bad address"},
    {EBUSY, "In use"},
    {EEXIST, "Exists already"},
    {EXDEV, "On another file system"},
    {ENODEV, "No such device"},
    {ENOTDIR, "Not a directory"},
    {EISDIR, "Is a directory"},
    {EINVAL, "Invalid argument"},
    {ENFILE, "Too many open files in the system"},
    {EMFILE, "Too many open files"},
    {ENOTTY, "Not a terminal"},
    {EFBIG, "File too large"},
    {ENOSPC, "No space left on the device"},
    {ESPIPE, "Cannot seek"},
    {EROFS, "Read-only file system"},
    {EMLINK, "Too many links"},
    {EDOM, "Argument out of domain"},
    {ERANGE, "Result out of range"},
    {EDEADLK, "Would deadlock"},
    {ENAMETOOLONG, "Name too long"},
    {ENOSYS, "Not implemented"},
    {ENOTEMPTY, "Directory not empty"},
    {EOVERFLOW, "Value too large"},
    {ENOTSUP, "Not supported"},
    {ETIMEDOUT, "Timed out"},
};

const char* strerror(int number)
{
  for (size_t i = 0; i < sizeof(messages) / sizeof(messages[0]); ++i)
  {
    if (messages[i].number == number)
      return messages[i].text;
  }
  return "Unknown error";
}
