#pragma once

#include "Dentry.h"
#include "Mutex.h"
#include "RefPtr.h"

class BDVirtualDevice;

/// One mounted instance of a file system: the root of its names and the lock of its content.
class Superblock
{
public:
  Superblock(BDVirtualDevice* device, bool read_only)
      : lock_("Superblock::lock_"), device_(device), id_(++last_id_), read_only_(read_only)
  {
  }
  virtual ~Superblock() = default;
  Superblock(const Superblock&) = delete;
  Superblock& operator=(const Superblock&) = delete;

  const RefPtr<Dentry>& getRoot() const { return root_; }
  /// Null for a file system without a device.
  BDVirtualDevice* getDevice() const { return device_; }
  /// Different from that of every other file system that is or was mounted.
  uint64 getId() const { return id_; }
  bool isReadOnly() const { return read_only_; }
  /// No change is accepted from now on.
  void setReadOnly() { read_only_ = true; }

  /// Brings everything to the disk; 0 or -EIO.
  virtual int64 flush() { return 0; }
  /// The last flush before unmounting; marks the file system as clean.
  virtual int64 finish() { return flush(); }
  virtual int64 statfs(FileSystemStat& result) = 0;

  /// Guards inodes and data of this file system; see VfsSyscall for the order of locks.
  Mutex lock_;

protected:
  RefPtr<Dentry> root_;

private:
  static inline uint64 last_id_ = 0; ///< guarded by the tree lock
  BDVirtualDevice* device_;
  const uint64 id_;
  bool read_only_;
};
