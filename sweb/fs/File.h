#pragma once

#include "Mutex.h"
#include "Path.h"
#include "RefPtr.h"
#include "fs_global.h"

class Inode;

/**
 * An open file: what open made, with its own offset. Shared by everybody who holds a RefPtr to it (descriptors that
 * were duplicated, a loader); the last reference closes it. All methods: thread context, interrupts enabled, any
 * thread; buffers are kernel memory (a page fault of user memory could need the very file system that is copying).
 * Errors are negative errno.
 */
class File : public RefCounted
{
public:
  /// Reads or writes at the offset and advances it. Returns the bytes transferred; 0 at the end of the file.
  /// A short write means that the disk became full (or the file too large) on the way.
  ssize_t read(void* buffer, size_t size);
  ssize_t write(const void* buffer, size_t size);

  /// Reads or writes at `position` and leaves the offset alone, so that threads can share the file without a lock.
  ssize_t readAt(uint64 position, void* buffer, size_t size);
  ssize_t writeAt(uint64 position, const void* buffer, size_t size);

  /// Moves the offset; returns the new one. It may lie behind the end: a later write leaves a hole of zeros.
  l_off_t lseek(l_off_t offset, SeekOrigin origin);

  /// Cuts or extends (with zeros) a file open for writing.
  int64 truncate(uint64 size);
  /// Everything written so far is on the disk when this returns 0.
  int64 flush();
  /// The same, if anything was written since the last time: for who closes the file and wants to know how it went.
  int64 flushChanges() { return changed_ ? flush() : 0; }

  /// Size in bytes; of a block device, its capacity.
  uint64 getSize();
  int64 stat(FileStat& result);
  uint32 getFlags() const { return flags_; }
  bool isReadable() const { return OpenFlags::readable(flags_); }
  bool isWritable() const { return OpenFlags::writable(flags_); }
  const Path& getPath() const { return path_; }

private:
  friend class VfsSyscall;
  File(const Path& path, uint32 flags) : path_(path), flags_(flags), offset_lock_("File::offset_lock_") {}
  ~File() override = default;
  void dispose() override;

  ssize_t append(const void* buffer, size_t size);
  int64 checkWrite(size_t size) const;
  /// Flushes after a write if the file was opened with SYNC.
  ssize_t finishWrite(ssize_t written);
  Inode* inode() const;

  Path path_;
  const uint32 flags_;
  Mutex offset_lock_; ///< guards offset_; outside every lock of a file system
  uint64 offset_ = 0;
  bool changed_ = false; ///< something was written since the last flush
};
