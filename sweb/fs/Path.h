#pragma once

#include "Dentry.h"
#include "VfsMount.h"

/// A place in the tree: a name and the mount through which it was reached. Both stay alive (and the file system
/// mounted) as long as the Path does. Copy, assign and destroy with the VFS tree lock held.
class Path
{
public:
  Path() = default;
  Path(RefPtr<Dentry> dentry, RefPtr<VfsMount> mount) : mount_(ustl::move(mount)), dentry_(ustl::move(dentry)) {}
  Path(const Path&) = default;
  Path(Path&&) = default;
  Path& operator=(Path other)
  {
    ustl::swap(mount_, other.mount_);
    ustl::swap(dentry_, other.dentry_);
    return *this;
  }

  explicit operator bool() const { return static_cast<bool>(dentry_); }
  bool operator==(const Path& other) const { return dentry_ == other.dentry_ && mount_ == other.mount_; }
  Inode* getInode() const { return dentry_->getInode(); }
  /// Absolute name, as seen from `root`; empty when it is longer than MAX_PATH_LENGTH.
  ustl::string getAbsolutePath(const Path& root) const;

  // In this order: the name goes before the mount, with which the file system may go.
  RefPtr<VfsMount> mount_;
  RefPtr<Dentry> dentry_;

private:
  template <class Visit> void forEachNameUpTo(const Path& root, Visit visit) const;
};
