#ifndef SWEB_ERRNO_H
#define SWEB_ERRNO_H

// Error numbers, with Linux' values. Shared with user space, so this is C. A function that can fail returns the
// negated number: `return -EINVAL;`.

enum
{
  EPERM = 1,         // not allowed
  ENOENT = 2,        // no such file or directory
  ESRCH = 3,         // no such process
  EINTR = 4,         // interrupted
  EIO = 5,           // the device reported an error
  ENXIO = 6,         // no such device or address
  E2BIG = 7,         // argument list too long
  ENOEXEC = 8,       // not a program SWEB can run
  EBADF = 9,         // not an open descriptor, or not open for this
  ECHILD = 10,       // no such child process
  EAGAIN = 11,       // nothing there now, try again
  ENOMEM = 12,       // out of memory
  EACCES = 13,       // not permitted
  EFAULT = 14,       // bad address
  EBUSY = 16,        // in use
  EEXIST = 17,       // exists already
  EXDEV = 18,        // on another file system
  ENODEV = 19,       // no such device
  ENOTDIR = 20,      // not a directory
  EISDIR = 21,       // is a directory
  EINVAL = 22,       // invalid argument
  ENFILE = 23,       // too many open files in the system
  EMFILE = 24,       // too many open files in this process
  ENOTTY = 25,       // not a terminal
  EFBIG = 27,        // file too large
  ENOSPC = 28,       // no space left on the device
  ESPIPE = 29,       // not seekable
  EROFS = 30,        // read-only file system
  EMLINK = 31,       // too many links
  EDOM = 33,         // argument out of the function's domain
  ERANGE = 34,       // result not representable
  EDEADLK = 35,      // would deadlock
  ENAMETOOLONG = 36, // name too long
  ENOSYS = 38,       // not implemented
  ENOTEMPTY = 39,    // directory not empty
  EOVERFLOW = 75,    // value too large
  ENOTSUP = 95,      // not supported
  ETIMEDOUT = 110,   // timed out
};

#endif
