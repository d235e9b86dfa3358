#pragma once

#include "types.h"

/// System calls on files, directories and the terminal. Arguments come unchecked from the calling process; addresses in
/// it are of type pointer. Results: >= 0, or -E....
class FileSyscall
{
public:
  static ssize_t read(size_t fd, pointer buffer, size_t size);
  static ssize_t write(size_t fd, pointer buffer, size_t size);
  static int64 open(pointer path, size_t flags);
  static int64 close(size_t fd);
  static int64 lseek(size_t fd, l_off_t offset, size_t origin);
  static int64 ftruncate(size_t fd, int64 size);
  static int64 stat(pointer path, pointer status);
  static int64 fstat(size_t fd, pointer status);
  static int64 ioctl(size_t fd, size_t request);
  static int64 unlink(pointer path);
  static int64 rename(pointer from, pointer to);
  static int64 mkdir(pointer path);
  static int64 rmdir(pointer path);
  static int64 chdir(pointer path);
  static int64 getcwd(pointer buffer, size_t size);
  static int64 pseudols(pointer path, pointer buffer, size_t size);
  static int64 sync();
  static int64 mount(pointer device, pointer directory, size_t flags);
  static int64 umount(pointer directory);

  FileSyscall() = delete;
};
