#pragma once

#include "Dentry.h"
#include "VfsMount.h"

/// A place in the tree: a name and the mount through which it was reached. Both stay alive (and the file system
/// mounted) as long as the Path does. Copy, assign and destroy with the VFS tree lock held.
class Path
{
public:
  Path() = default;
  Path(RefPtr<Dentry> dentry, RefPtr<VfsMount> mount) : dentry_(ustl::move(dentry)), mount_(ustl::move(mount)) {}

  explicit operator bool() const { return static_cast<bool>(dentry_); }
  bool operator==(const Path& other) const { return dentry_ == other.dentry_ && mount_ == other.mount_; }
  Inode* getInode() const { return dentry_->getInode(); }
  /// Absolute name, as seen from `root`.
  ustl::string getAbsolutePath(const Path& root) const;

  RefPtr<Dentry> dentry_;
  RefPtr<VfsMount> mount_;
};
