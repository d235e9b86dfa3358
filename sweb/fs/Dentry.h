#pragma once

#include "Inode.h"
#include "RefPtr.h"
#include "ustring.h"

class VfsMount;

/**
 * A name in the tree that somebody is using: an open file, a working directory, a mount, or a name below it. Names
 * nobody uses have no Dentry; the file system finds them again. So that there is one Dentry per name, a parent knows
 * its children (without owning them), and a child owns a reference to its parent. All under the VFS tree lock.
 */
class Dentry : public RefCounted
{
public:
  /// The root of a file system.
  static RefPtr<Dentry> makeRoot(RefPtr<Inode> inode);

  /// Finds `name` in this directory; -ENOENT, -ENOTDIR or an error of the file system.
  int64 lookup(const ustl::string& name, RefPtr<Dentry>& child);
  /// The Dentry of a name the file system has just created.
  RefPtr<Dentry> attach(const ustl::string& name, RefPtr<Inode> inode);
  /// The name is gone from the disk: the object stays for its users, but nobody finds it any more.
  void detach();
  /// The name has moved on the disk.
  void moveTo(RefPtr<Dentry> parent, const ustl::string& name);
  /// The child in use under that name, or null.
  Dentry* childInUse(const ustl::string& name) const;

  Inode* getInode() const { return inode_.get(); }
  Dentry* getParent() const { return parent_.get(); }
  const ustl::string& getName() const { return name_; }
  bool isDetached() const { return detached_; }
  /// True if `other` is this name or one above it.
  bool isBelow(const Dentry* other) const;

  VfsMount* getMount() const { return mount_; }
  void setMount(VfsMount* mount) { mount_ = mount; }

private:
  Dentry(RefPtr<Dentry> parent, const ustl::string& name, RefPtr<Inode> inode);
  ~Dentry() override;
  void dispose() override;
  void joinSiblings();

  RefPtr<Dentry> parent_; ///< null for a root
  ustl::string name_;
  RefPtr<Inode> inode_;
  Dentry* first_child_ = nullptr;
  Dentry* next_sibling_ = nullptr;
  VfsMount* mount_ = nullptr; ///< what is mounted here; that mount holds a reference to this
  bool detached_ = false;
};
