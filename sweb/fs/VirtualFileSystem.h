#pragma once

#include "Mutex.h"
#include "RefPtr.h"
#include "ScopeLock.h"
#include "VfsMount.h"
#include "uvector.h"

class BDVirtualDevice;
class FileSystemInfo;
class FileSystemType;
class Path;

/**
 * Registered file system types and the mounts, and the one lock of the tree of names. See VfsSyscall for the order of
 * locks; the lock is taken by VfsSyscall, File and FileSystemInfo, and everything below them expects it to be held.
 */
class VirtualFileSystem
{
public:
  static VirtualFileSystem& instance();

  /// Registers ramfs, devicefs and minixfs and mounts a ramfs as root; sets default_working_dir. Once, at boot.
  void initialise();

  /// Takes the type over. Names must differ.
  void registerFileSystem(FileSystemType* type);
  FileSystemType* getFsType(const ustl::string& name);

  /// With the tree lock held: attach a new instance of `fs_name` on `where`; detach the one mounted at `where`.
  int64 rootMount(const char* fs_name);
  int64 mount(BDVirtualDevice* device, const Path& where, const char* fs_name, bool read_only);
  int64 umount(const Path& where);
  int64 flushAll();
  /// Detaches every mount nobody uses, the newest first; those in use become read-only. All are flushed.
  int64 shutdown();

  const RefPtr<VfsMount>& getRootMount() const { return root_mount_; }

  /// Holds the tree lock for a scope.
  class TreeLock
  {
  public:
    TreeLock() : lock_(instance().tree_lock_) {}

  private:
    ScopeLock lock_;
  };

  /// Where file times come from: seconds since 1970. Until somebody knows better, all times are 0.
  using WallClock = uint32 (*)();
  void setWallClock(WallClock clock) { wall_clock_ = clock; }
  uint32 now() const { return wall_clock_ ? wall_clock_() : 0; }

private:
  VirtualFileSystem();

  /// Flushes `mount` and takes it off the table; it goes with the last reference. -EBUSY when there are more references
  /// than the table's and the caller's.
  int64 detach(const RefPtr<VfsMount>& mount, uint32 callers_references);

  Mutex tree_lock_;
  ustl::vector<FileSystemType*> types_;
  ustl::vector<RefPtr<VfsMount>> mounts_; ///< in the order of mounting, the root first
  RefPtr<VfsMount> root_mount_;
  WallClock wall_clock_ = nullptr;
};
