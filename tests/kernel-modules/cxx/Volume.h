#pragma once

#include "BDVirtualDevice.h"
#include "File.h"
#include "MemoryDriver.h"
#include "rust/cxx.h"
#include <map>
#include <memory>
#include <string>

struct Entry;
struct Room;
struct Status;

/// A file system on a drive in memory, used through the VFS like any other. Paths start with '/'.
class Volume
{
public:
  Volume(rust::Slice<const uint8_t> image, size_t cache_memory);
  /// Unmounts, if still mounted. When the drive does not allow that, it lives on with its mount.
  ~Volume();

  int64_t mount(bool read_only);
  int64_t mount_ramfs();
  int64_t umount();
  size_t size() const { return driver_->content().size(); }
  void copy_to(rust::Slice<uint8_t> image) const;
  void fail_writes_after(uint64_t sectors) { driver_->failWritesAfter(sectors); }
  void fail_reads_of(uint64_t sector) { driver_->failReadsOf(sector); }
  void lose_some_unflushed(uint64_t seed) { driver_->loseSomeUnflushed(seed); }
  uint64_t requests() const { return driver_->requests(); }

  int64_t open(rust::Str path, uint32_t flags);
  int64_t close(int64_t handle) { return files_.erase(handle) ? 0 : -1; }
  int64_t read_at(int64_t handle, uint64_t offset, rust::Slice<uint8_t> buffer);
  int64_t write_at(int64_t handle, uint64_t offset, rust::Slice<const uint8_t> data);
  int64_t read(int64_t handle, rust::Slice<uint8_t> buffer);
  int64_t write(int64_t handle, rust::Slice<const uint8_t> data);
  int64_t lseek(int64_t handle, int64_t offset, uint8_t origin);
  int64_t truncate(int64_t handle, uint64_t size) { return files_.at(handle)->truncate(size); }
  int64_t flush(int64_t handle) { return files_.at(handle)->flush(); }

  int64_t mkdir(rust::Str path);
  int64_t rmdir(rust::Str path);
  int64_t rm(rust::Str path);
  int64_t link(rust::Str old_path, rust::Str new_path);
  int64_t rename(rust::Str old_path, rust::Str new_path);
  Status stat(rust::Str path) const;
  rust::Vec<Entry> list(rust::Str path) const;
  Room room() const;
  int64_t sync();

  /// Threads make, write, read, rename and remove files, in one shared directory and in their own ones, with a small
  /// cache. Returns how many results were not as expected.
  uint32_t use_from_threads(uint32_t threads, uint32_t rounds);

private:
  std::string inside(rust::Str path) const { return directory_ + std::string(path); }
  uint32_t useAsOneOfMany(uint32_t thread, uint32_t rounds) const;
  int64_t mountDevice(BDVirtualDevice* device, const char* fs_name, bool read_only);

  std::unique_ptr<MemoryDriver> driver_;
  std::unique_ptr<BDVirtualDevice> device_;
  const size_t cache_memory_;
  const std::string directory_;
  std::map<int64_t, RefPtr<File>> files_;
  int64_t next_handle_ = 1;
};

std::unique_ptr<Volume> new_volume(rust::Slice<const uint8_t> image, size_t cache_memory);
