#pragma once

#include "RefPtr.h"
#include "fs_global.h"
#include "uvector.h"

class Superblock;

/**
 * A file, directory or device of a file system. There is at most one object per file; it lives while a Dentry uses it.
 * Directory operations and open/close run under the VFS tree lock; data operations need only a reference. Each file
 * system guards its own content with its Superblock's lock. Results: >= 0 or -E...; the defaults refuse.
 */
class Inode : public RefCounted
{
public:
  Inode(Superblock* superblock, InodeType type) : superblock_(superblock), type_(type) {}

  Superblock* getSuperblock() const { return superblock_; }
  InodeType getType() const { return type_; }
  bool isDirectory() const { return type_ == InodeType::DIRECTORY; }

  /// All but the file system, which identify() adds.
  virtual int64 stat(FileStat& result) = 0;
  /// What is known of it, with the two numbers that tell it from every other file.
  int64 identify(FileStat& result);
  virtual uint64 getSize() = 0;

  // Directories.
  virtual int64 lookup(const ustl::string& name, RefPtr<Inode>& found);
  virtual int64 mkfile(const ustl::string& name, uint32 mode, RefPtr<Inode>& created);
  virtual int64 mkdir(const ustl::string& name, uint32 mode, RefPtr<Inode>& created);
  virtual int64 link(const ustl::string& name, Inode* existing);
  virtual int64 unlink(const ustl::string& name);
  virtual int64 rmdir(const ustl::string& name);
  /// `name` of this directory becomes `new_name` of `new_parent` (same file system); an existing target, already known
  /// to be of the same kind and not in the way, is replaced.
  virtual int64 rename(const ustl::string& name, Inode* new_parent, const ustl::string& new_name);
  virtual int64 readdir(ustl::vector<DirectoryEntry>& entries);

  // Files and devices. Transfers may be shorter than asked for; 0 from readData is the end of the file.
  virtual ssize_t readData(uint64 offset, size_t size, void* buffer);
  virtual ssize_t writeData(uint64 offset, size_t size, const void* buffer);
  /// Writes behind the current end, in one step with finding it.
  virtual ssize_t appendData(size_t size, const void* buffer);
  virtual int64 truncate(uint64 size);
  virtual int64 flush() { return 0; }

  /// Bookkeeping of who may write: -EBUSY against exclusive use, see OpenFlags::EXCL. Called with the flags of open.
  virtual int64 open(uint32 flags);
  virtual void close(uint32 flags);

private:
  Superblock* superblock_;
  InodeType type_;
  uint32 writers_ = 0;
  bool exclusively_open_ = false;
};
