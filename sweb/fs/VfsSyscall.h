#pragma once

#include "File.h"
#include "fs_global.h"
#include "uvector.h"

class FileSystemInfo;

/**
 * The kernel's face of the file system: what system calls and kernel threads use. Paths are relative to the calling
 * thread's working directory. Thread context, interrupts enabled, no lock held; buffers are kernel memory.
 * Results: >= 0, or -E... (errno.h).
 *
 * Locks: the tree lock (VirtualFileSystem) guards names, mounts and who has what open; each mounted file system has a
 * lock of its own for its content. Order: tree lock, file system lock, disk channel. Reading and writing an open file
 * does not take the tree lock, so a slow transfer does not stop path look-ups on other file systems.
 */
class VfsSyscall
{
public:
  VfsSyscall() = delete;

  /// Opens `path` as a File object; OpenFlags::CREAT makes it with `mode`. For descriptor tables of processes, and for
  /// kernel objects that keep a file of their own.
  static int64 openFile(const char* path, uint32 flags, RefPtr<File>& file, uint32 mode = 0644);

  /// The same through the kernel's own descriptor table. open returns the descriptor.
  static int64 open(const char* path, uint32 flags, uint32 mode = 0644);
  static int64 close(size_t fd);
  static ssize_t read(size_t fd, void* buffer, size_t size);
  static ssize_t write(size_t fd, const void* buffer, size_t size);
  static ssize_t readAt(size_t fd, uint64 position, void* buffer, size_t size);
  static ssize_t writeAt(size_t fd, uint64 position, const void* buffer, size_t size);
  static l_off_t lseek(size_t fd, l_off_t offset, SeekOrigin origin);
  static int64 flush(size_t fd);
  static int64 getFileSize(size_t fd);
  static int64 truncate(size_t fd, uint64 size);
  /// The kernel descriptor's File, or null.
  static RefPtr<File> getFile(size_t fd);

  static int64 mkdir(const char* path, uint32 mode = 0755);
  static int64 rmdir(const char* path);
  /// Removes a name; the content goes when the last name and the last open file are gone.
  static int64 rm(const char* path);
  static int64 link(const char* old_path, const char* new_path);
  /// Replaces an existing target of the same kind. -EXDEV across file systems.
  static int64 rename(const char* old_path, const char* new_path);
  static int64 stat(const char* path, FileStat& result);
  /// `.` and `..` included, in the order of the disk.
  static int64 readdir(const char* path, ustl::vector<DirectoryEntry>& entries);

  static int64 chdir(const char* path);
  /// Empty when it is longer than MAX_PATH_LENGTH.
  static ustl::string getcwd();

  /// Mounts block device `device_name` ("" for ramfs, devicefs) on directory `path`.
  static int64 mount(const char* device_name, const char* path, const char* fs_name, bool read_only = false);
  /// -EBUSY while a file is open there, it is a working directory, or another file system is mounted in it.
  static int64 umount(const char* path);
  static int64 statfs(const char* path, FileSystemStat& result);
  /// Writes everything cached to all disks.
  static int64 sync();
  /// For power-off: flushes everything, unmounts what nobody uses, and makes the rest read-only.
  static int64 shutdown();

private:
  static FileSystemInfo* workingDir();
};
