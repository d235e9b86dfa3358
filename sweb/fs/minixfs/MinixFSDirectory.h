#pragma once

#include "MinixFSInode.h"

/// A directory of a Minix file system: a file of fixed-size entries, each an inode number (0: unused) and a name that
/// is padded with zeros and may fill its field completely.
class MinixFSDirectory : public MinixFSInode
{
public:
  using MinixFSInode::MinixFSInode;

  int64 lookup(const ustl::string& name, RefPtr<Inode>& found) override;
  int64 mkfile(const ustl::string& name, uint32 mode, RefPtr<Inode>& created) override;
  int64 mkdir(const ustl::string& name, uint32 mode, RefPtr<Inode>& created) override;
  int64 link(const ustl::string& name, Inode* existing) override;
  int64 unlink(const ustl::string& name) override;
  int64 rmdir(const ustl::string& name) override;
  int64 rename(const ustl::string& name, Inode* new_parent, const ustl::string& new_name) override;
  int64 readdir(ustl::vector<DirectoryEntry>& entries) override;

private:
  /// One entry in its block.
  struct Slot
  {
    BlockCache::Ref block;
    uint8* raw = nullptr;
    uint32 inode_number = 0;
  };

  ~MinixFSDirectory() override = default;

  // All below: superblock lock held.

  uint32 numberOfSlots() const { return record_.size / geometry().entry_size; }
  /// The entry's place; -ENOENT for one that lies in a hole.
  int64 getSlot(uint32 index, Slot& slot);
  /// The last slot in the block of this one: behind it the next block begins, which may be no hole.
  uint32 lastOfBlock(uint32 index) const;
  /// Appends the name to `result`; false when out of memory.
  bool getName(const Slot& slot, ustl::string& result) const;
  bool hasName(const Slot& slot, const ustl::string& name) const;
  void fillSlot(Slot& slot, uint32 inode_number, const ustl::string& name);
  int64 findEntry(const ustl::string& name, Slot& slot);
  int64 findFreeSlot(Slot& slot);
  int64 appendSlot(Slot& slot);
  int64 checkName(const ustl::string& name) const;

  int64 addEntry(const ustl::string& name, uint32 inode_number);
  int64 removeEntry(const ustl::string& name);
  /// An existing entry gets another inode.
  int64 setEntry(const ustl::string& name, uint32 inode_number);
  int64 isEmpty();

  /// Allocates an inode and writes its first record.
  int64 makeInode(uint32 type, uint32 mode, uint32 links, RefPtr<MinixFSInode>& inode);
  /// The entries `.` and `..` of a new directory.
  int64 fillNewDirectory(uint32 parent_number);
  int64 loseName(MinixFSInode& inode);
  int64 checkReplaceable(MinixFSInode* target);
};
