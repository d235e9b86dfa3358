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
  bool hasName(const Slot& slot, const char* name) const;
  bool isDots(const Slot& slot) const;
  void fillSlot(Slot& slot, uint32 inode_number, const char* name);
  template <typename Predicate> int64 findSlot(Slot& slot, Predicate matches);
  int64 findEntry(const ustl::string& name, Slot& slot);
  int64 findFreeSlot(Slot& slot);
  int64 appendSlot(Slot& slot);
  int64 checkName(const ustl::string& name) const;

  int64 addEntry(const ustl::string& name, uint32 inode_number);
  int64 fillFreeSlot(Slot& slot, uint32 inode_number, const ustl::string& name);
  int64 removeEntry(const ustl::string& name);
  /// The name gets that inode, whether there is such a name or not; `replaced` becomes the inode it had.
  int64 putEntry(const ustl::string& name, uint32 inode_number, Slot& slot, uint32& replaced);
  /// Undoes that, in the cache.
  void takeBack(Slot& slot, const ustl::string& name, uint32 replaced);
  int64 isEmpty();

  /// The entry `..`. Behind the end of its name, where nobody looks who looks for names, it has room for the number of
  /// a second directory in which this one may have a name as long as it is being moved.
  int64 findUpwards(Slot& slot);
  void setUpwards(Slot& slot, uint32 parent, uint32 second_parent);
  uint32 secondParent(const Slot& upwards) const;
  uint32 secondParentOffset() const { return geometry().number_size + sizeof(".."); }

  /// Allocates an inode and writes its first record.
  int64 makeInode(uint32 type, uint32 mode, uint32 links, RefPtr<MinixFSInode>& inode);
  /// The entries `.` and `..` of a new directory.
  int64 fillNewDirectory(uint32 parent_number);
  void loseName(MinixFSInode& inode);
  void loseDirectory(MinixFSInode& directory);
  int64 checkReplaceable(MinixFSInode* target);

  // What rename does. When it fails, all names are as before, at least in the cache.
  int64 renameInPlace(Slot& from, const ustl::string& new_name, MinixFSInode* target);
  int64 moveFile(Slot& from, MinixFSInode& file, MinixFSDirectory& to, const ustl::string& new_name,
                 MinixFSInode* target);
  int64 moveDirectory(Slot& from, MinixFSDirectory& moved, MinixFSDirectory& to, const ustl::string& new_name,
                      MinixFSInode* target);
  int64 announceMove(MinixFSDirectory& moved, MinixFSDirectory& to, Slot& upwards);
  void withdrawMove(MinixFSDirectory& moved, MinixFSDirectory& to, Slot& upwards);
  int64 dropName(Slot& slot, MinixFSDirectory& moved, Slot& upwards);

  // What a power cut in the middle of it makes necessary.
  int64 finishMove(Slot& here, MinixFSDirectory& child, RefPtr<MinixFSInode>& other);
  int64 settle(Slot& upwards, uint32 parent);
  int64 findNameIn(uint32 number, uint32 child, RefPtr<MinixFSInode>& directory, Slot& slot);
};
