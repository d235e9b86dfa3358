#pragma once

#include "Dentry.h"
#include "RefPtr.h"

class Superblock;

/// One mounted file system. References: the table of mounts holds one, each Path into it another; it can be unmounted
/// when only the table's is left.
class VfsMount : public RefCounted
{
public:
  /// `parent` and `mount_point` are null for the root of the tree. Takes the superblock over.
  VfsMount(RefPtr<VfsMount> parent, RefPtr<Dentry> mount_point, Superblock* superblock);

  VfsMount* getParent() const { return parent_.get(); }
  const RefPtr<Dentry>& getMountPoint() const { return mount_point_; }
  const RefPtr<Dentry>& getRoot() const;
  Superblock* getSuperblock() const { return superblock_; }

private:
  ~VfsMount() override;

  RefPtr<VfsMount> parent_; ///< keeps the file system below from being unmounted first
  RefPtr<Dentry> mount_point_;
  Superblock* superblock_;
};
