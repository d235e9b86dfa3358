#include "unistd.h"

#include "fcntl.h"
#include "stdio.h"
#include "stdlib.h"
#include "sys/mount.h"
#include "sys/stat.h"
#include "sys/syscall.h"

// Addresses and numbers travel as unsigned long, whatever they are.
#define ARG(value) ((unsigned long)(value))

int open(const char* path, int flags, ...) { return (int)__syscall_errno(sc_open, ARG(path), ARG(flags), 0, 0, 0); }

int creat(const char* path) { return open(path, O_WRONLY | O_CREAT | O_TRUNC); }

int close(int fd) { return (int)__syscall_errno(sc_close, ARG(fd), 0, 0, 0, 0); }

ssize_t read(int fd, void* buffer, size_t size) { return __syscall_errno(sc_read, ARG(fd), ARG(buffer), size, 0, 0); }

ssize_t write(int fd, const void* buffer, size_t size)
{
  return __syscall_errno(sc_write, ARG(fd), ARG(buffer), size, 0, 0);
}

off_t lseek(int fd, off_t offset, int whence)
{
  return __syscall_errno(sc_lseek, ARG(fd), ARG(offset), ARG(whence), 0, 0);
}

int ftruncate(int fd, off_t size) { return (int)__syscall_errno(sc_ftruncate, ARG(fd), ARG(size), 0, 0, 0); }

int stat(const char* path, struct file_status* status)
{
  return (int)__syscall_errno(sc_stat, ARG(path), ARG(status), 0, 0, 0);
}

int fstat(int fd, struct file_status* status) { return (int)__syscall_errno(sc_fstat, ARG(fd), ARG(status), 0, 0, 0); }

int mkdir(const char* path, ...) { return (int)__syscall_errno(sc_mkdir, ARG(path), 0, 0, 0, 0); }

int unlink(const char* path) { return (int)__syscall_errno(sc_unlink, ARG(path), 0, 0, 0, 0); }

int rmdir(const char* path) { return (int)__syscall_errno(sc_rmdir, ARG(path), 0, 0, 0, 0); }

int rename(const char* from, const char* to) { return (int)__syscall_errno(sc_rename, ARG(from), ARG(to), 0, 0, 0); }

int chdir(const char* path) { return (int)__syscall_errno(sc_chdir, ARG(path), 0, 0, 0, 0); }

char* getcwd(char* buffer, size_t size)
{
  return __syscall_errno(sc_getcwd, ARG(buffer), size, 0, 0, 0) < 0 ? 0 : buffer;
}

pid_t getpid(void) { return (pid_t)__syscall_errno(sc_getpid, 0, 0, 0, 0, 0); }

int sync(void) { return (int)__syscall_errno(sc_sync, 0, 0, 0, 0, 0); }

void _exit(long code) { exit(code); }

int mount(const char* device, const char* directory, int flags)
{
  return (int)__syscall_errno(sc_mount, ARG(device), ARG(directory), ARG(flags), 0, 0);
}

int umount(const char* directory) { return (int)__syscall_errno(sc_umount, ARG(directory), 0, 0, 0, 0); }
