#pragma once

#include "RamFSInode.h"
#include "umap.h"

/// A directory in memory: it owns what it names.
class RamFSDirectory : public RamFSInode
{
public:
  RamFSDirectory(RamFSSuperblock* superblock, uint32 mode) : RamFSInode(superblock, InodeType::DIRECTORY, mode) {}

  uint64 getSize() override { return 0; }
  int64 lookup(const ustl::string& name, RefPtr<Inode>& found) override;
  int64 mkfile(const ustl::string& name, uint32 mode, RefPtr<Inode>& created) override;
  int64 mkdir(const ustl::string& name, uint32 mode, RefPtr<Inode>& created) override;
  int64 link(const ustl::string& name, Inode* existing) override;
  int64 unlink(const ustl::string& name) override;
  int64 rmdir(const ustl::string& name) override;
  int64 rename(const ustl::string& name, Inode* new_parent, const ustl::string& new_name) override;
  int64 readdir(ustl::vector<DirectoryEntry>& entries) override;

protected:
  ~RamFSDirectory() override = default;

  /// Adds a name for an inode.
  int64 add(const ustl::string& name, RefPtr<RamFSInode> inode);

private:
  RefPtr<RamFSInode> take(const ustl::string& name);

  ustl::map<ustl::string, RefPtr<RamFSInode>> entries_; ///< changed under the tree lock
};
