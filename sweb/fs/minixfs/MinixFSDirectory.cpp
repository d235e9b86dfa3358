#include "MinixFSDirectory.h"
#include "ScopeLock.h"
#include "debug.h"
#include "errno.h"
#include "kstring.h"

int64 MinixFSDirectory::lookup(const ustl::string& name, RefPtr<Inode>& found)
{
  RefPtr<MinixFSInode> inode, other; // outlive the lock: the last reference takes it when it goes
  ScopeLock lock(getSuperblock()->lock_);
  Slot slot;
  int64 error = findEntry(name, slot);
  if (error == 0)
    error = minixfs().getInode(slot.inode_number, inode);
  if (error == 0 && inode->isDirectory() && slot.inode_number != MINIX_ROOT_INODE)
    error = finishMove(slot, static_cast<MinixFSDirectory&>(*inode), other);
  if (error == 0)
    found = RefPtr<Inode>(inode.get());
  return error;
}

int64 MinixFSDirectory::mkfile(const ustl::string& name, uint32 mode, RefPtr<Inode>& created)
{
  RefPtr<MinixFSInode> inode;
  ScopeLock lock(getSuperblock()->lock_);
  int64 error = checkName(name);
  if (error == 0)
    error = minixfs().prepareOperation();
  if (error == 0)
    error = makeInode(MINIX_MODE_FILE, mode, 1, inode);
  if (error != 0)
    return error;
  error = addEntry(name, inode->getNumber());
  if (error != 0)
  {
    inode->record_.links = 0;
    return error;
  }
  created = RefPtr<Inode>(inode.get());
  return 0;
}

int64 MinixFSDirectory::mkdir(const ustl::string& name, uint32 mode, RefPtr<Inode>& created)
{
  RefPtr<MinixFSInode> inode;
  ScopeLock lock(getSuperblock()->lock_);
  int64 error = checkName(name);
  if (error == 0 && record_.links >= geometry().max_links)
    error = -EMLINK;
  if (error == 0)
    error = minixfs().prepareOperation();
  if (error == 0)
    error = makeInode(MINIX_MODE_DIRECTORY, mode, 2, inode);
  if (error != 0)
    return error;
  error = static_cast<MinixFSDirectory*>(inode.get())->fillNewDirectory(number_);
  if (error == 0)
    error = addEntry(name, inode->getNumber());
  if (error != 0)
  {
    inode->record_.links = 0;
    return error;
  }
  created = RefPtr<Inode>(inode.get());
  return changeLinks(1);
}

int64 MinixFSDirectory::link(const ustl::string& name, Inode* existing)
{
  ScopeLock lock(getSuperblock()->lock_);
  auto* inode = static_cast<MinixFSInode*>(existing);
  int64 error = checkName(name);
  if (error == 0 && inode->record_.links >= geometry().max_links)
    error = -EMLINK;
  if (error == 0)
    error = minixfs().prepareOperation();
  if (error != 0)
    return error;
  inode->touch();
  error = inode->changeLinks(1);
  if (error == 0)
    error = addEntry(name, inode->number_);
  if (error != 0)
    inode->changeLinks(-1);
  return error;
}

int64 MinixFSDirectory::unlink(const ustl::string& name)
{
  RefPtr<Inode> victim;
  int64 error = lookup(name, victim);
  if (error != 0)
    return error;
  ScopeLock lock(getSuperblock()->lock_);
  error = minixfs().prepareOperation();
  if (error == 0)
    error = removeEntry(name);
  if (error == 0)
    loseName(static_cast<MinixFSInode&>(*victim));
  return error;
}

int64 MinixFSDirectory::rmdir(const ustl::string& name)
{
  RefPtr<Inode> victim;
  int64 error = lookup(name, victim);
  if (error != 0)
    return error;
  if (!victim->isDirectory())
    return -ENOTDIR;
  ScopeLock lock(getSuperblock()->lock_);
  error = checkReplaceable(static_cast<MinixFSInode*>(victim.get()));
  if (error == 0)
    error = minixfs().prepareOperation();
  if (error == 0)
    error = removeEntry(name);
  if (error == 0)
    loseDirectory(static_cast<MinixFSInode&>(*victim));
  return error;
}

/// One name of `inode` is gone. When it was the last one, the inode goes with its last user. When there are others, the
/// name has to leave the disk before the count says so.
void MinixFSDirectory::loseName(MinixFSInode& inode)
{
  const uint32 last = inode.isDirectory() ? 2 : 1;
  if (inode.record_.links <= last)
    inode.record_.links = 0;
  else if (minixfs().flushLocked() == 0)
    inode.changeLinks(-1);
}

/// The name of a directory in this one is gone, and with it a `..`, which counts until it has left the disk.
void MinixFSDirectory::loseDirectory(MinixFSInode& directory)
{
  loseName(directory);
  if (minixfs().flushLocked() == 0)
    changeLinks(-1);
}

int64 MinixFSDirectory::checkReplaceable(MinixFSInode* target)
{
  if (!target || !target->isDirectory())
    return 0;
  return static_cast<MinixFSDirectory*>(target)->isEmpty();
}

int64 MinixFSDirectory::rename(const ustl::string& name, Inode* new_parent, const ustl::string& new_name)
{
  auto* to = static_cast<MinixFSDirectory*>(new_parent);
  RefPtr<Inode> source_ref, target_ref;
  int64 error = lookup(name, source_ref);
  if (error == 0)
    error = to->lookup(new_name, target_ref);
  if (error != 0 && !(error == -ENOENT && source_ref))
    return error;
  ScopeLock lock(getSuperblock()->lock_);
  auto* source = static_cast<MinixFSInode*>(source_ref.get());
  auto* target = static_cast<MinixFSInode*>(target_ref.get());
  error = to->checkName(new_name);
  if (error == 0)
    error = checkReplaceable(target);
  if (error == 0)
    error = minixfs().prepareOperation();
  Slot from;
  if (error == 0)
    error = findEntry(name, from);
  if (error != 0)
    return error;
  if (to == this && (!target || target->isDirectory()))
    return renameInPlace(from, new_name, target);
  return source->isDirectory() ? moveDirectory(from, static_cast<MinixFSDirectory&>(*source), *to, new_name, target)
                               : moveFile(from, *source, *to, new_name, target);
}

/// One change in one block, so that no power cut leaves anything else than the old name or the new one. A directory
/// that has the new name goes before: with two names in one directory nothing would tell which of them is to stay.
int64 MinixFSDirectory::renameInPlace(Slot& from, const ustl::string& new_name, MinixFSInode* target)
{
  if (target)
  {
    Slot taken;
    int64 error = findEntry(new_name, taken);
    if (error != 0)
      return error;
    fillSlot(taken, 0, "");
    error = minixfs().flushLocked();
    if (error != 0)
    {
      fillSlot(taken, target->number_, new_name.c_str());
      return error;
    }
    loseDirectory(*target);
  }
  fillSlot(from, from.inode_number, new_name.c_str());
  return 0;
}

/// For a moment the file has both names, on the disk as well, so that no power cut takes it away; and it counts both,
/// so that removing one of them after a cut does not take it from the other. The largest count leaves room for that
/// once: a move that the disk has not let happen stays counted, as its name may be there.
int64 MinixFSDirectory::moveFile(Slot& from, MinixFSInode& file, MinixFSDirectory& to, const ustl::string& new_name,
                                 MinixFSInode* target)
{
  if (file.record_.links > geometry().max_links)
    return -EMLINK;
  Slot added;
  uint32 replaced = 0;
  int64 error = file.changeLinks(1);
  if (error == 0)
    error = to.putEntry(new_name, file.number_, added, replaced);
  if (error != 0)
  {
    file.changeLinks(-1);
    return error;
  }
  error = minixfs().flushLocked();
  if (error != 0)
  {
    to.takeBack(added, new_name, replaced);
    return error;
  }
  fillSlot(from, 0, "");
  if (minixfs().flushLocked() == 0)
    file.changeLinks(-1);
  if (target)
    to.loseName(*target);
  return 0;
}

/// A directory with two names is worse than a file with two: it could be moved below itself. So `..` always leads to
/// where it belongs, and when there is a second name on the disk, to be removed, `..` knows where (see finishMove).
int64 MinixFSDirectory::moveDirectory(Slot& from, MinixFSDirectory& moved, MinixFSDirectory& to,
                                      const ustl::string& new_name, MinixFSInode* target)
{
  const uint32 replaced_links = target ? 1 : 0;
  if (moved.record_.links > geometry().max_links || to.record_.links - replaced_links >= geometry().max_links)
    return -EMLINK;
  Slot upwards, added;
  uint32 replaced = 0;
  int64 error = announceMove(moved, to, upwards);
  if (error != 0)
    return error;
  error = to.putEntry(new_name, moved.number_, added, replaced);
  if (error != 0)
  {
    withdrawMove(moved, to, upwards);
    return error;
  }
  error = minixfs().flushLocked();
  if (error == 0)
  {
    setUpwards(upwards, to.number_, number_);
    error = minixfs().flushLocked();
  }
  if (error != 0)
  {
    to.takeBack(added, new_name, replaced);
    setUpwards(upwards, number_, to.number_); // the new name may be on the disk
    return error;
  }
  // From here on it is where it shall be, and that is what the caller has to know. If the old name cannot leave the
  // disk now, it does with a later flush, and counts stay too high.
  dropName(from, moved, upwards);
  if (target)
    to.loseDirectory(*target);
  return 0;
}

/// Both count the move, and `..` names both parents, before there is a second name.
int64 MinixFSDirectory::announceMove(MinixFSDirectory& moved, MinixFSDirectory& to, Slot& upwards)
{
  int64 error = moved.findUpwards(upwards);
  if (error != 0)
    return error == -ENOENT ? -EIO : error; // damaged
  error = moved.changeLinks(1);
  int64 other_error = to.changeLinks(1); // in any case: both are taken back
  setUpwards(upwards, number_, to.number_);
  if (error == 0)
    error = other_error;
  if (error == 0)
    error = minixfs().flushLocked();
  if (error != 0)
    withdrawMove(moved, to, upwards);
  return error;
}

void MinixFSDirectory::withdrawMove(MinixFSDirectory& moved, MinixFSDirectory& to, Slot& upwards)
{
  setUpwards(upwards, number_, 0);
  moved.changeLinks(-1);
  to.changeLinks(-1);
}

/// `slot` is the name in this directory that a moved directory loses.
int64 MinixFSDirectory::dropName(Slot& slot, MinixFSDirectory& moved, Slot& upwards)
{
  fillSlot(slot, 0, "");
  int64 error = minixfs().flushLocked();
  if (error != 0)
    return error;
  setUpwards(upwards, upwards.inode_number, 0);
  error = moved.changeLinks(-1);
  int64 own_error = changeLinks(-1);
  return error != 0 ? error : own_error;
}

/**
 * `here` names `child`. If a power cut has left it under two names, the wrong one goes: -ENOENT when that is this one.
 * Without that, a directory could be moved below the one of its names that is not looked at, and the tree would have a
 * circle. Whoever walks down to a directory passes here with each one above it, so all of these have one name. Nothing
 * is written on a read-only file system.
 *
 * The right name is the one in the directory to which `..` leads; where that has none (which no cut leaves behind, but
 * damage does), it is this one. What stands behind `..` may as well come from somebody else and mean nothing: the entry
 * that has been looked up is never taken for the second one.
 */
int64 MinixFSDirectory::finishMove(Slot& here, MinixFSDirectory& child, RefPtr<MinixFSInode>& other)
{
  Slot upwards, there;
  int64 error = child.findUpwards(upwards);
  if (error != 0)
    return error == -ENOENT ? 0 : error;
  const bool is_home = upwards.inode_number == number_;
  const uint32 other_number = is_home ? secondParent(upwards) : upwards.inode_number;
  if (is_home && other_number == 0)
    return 0;
  error = other_number == number_ ? -ENOENT : findNameIn(other_number, child.number_, other, there);
  if (error != 0 && error != -ENOENT)
    return error;
  const bool has_two = error == 0 && there.raw != here.raw; // damaged directories may share a block
  const int64 result = has_two && !is_home ? -ENOENT : 0;
  if (getSuperblock()->isReadOnly())
    return result;
  error = minixfs().prepareOperation();
  if (error == 0 && has_two)
    error = is_home ? static_cast<MinixFSDirectory&>(*other).dropName(there, child, upwards)
                    : dropName(here, child, upwards);
  else if (error == 0)
    error = child.settle(upwards, number_);
  return error != 0 ? error : result;
}

/// There is one name, in `parent`. What `..` says of a second one stays on the disk as long as that might do so.
int64 MinixFSDirectory::settle(Slot& upwards, uint32 parent)
{
  int64 error = minixfs().flushLocked();
  if (error == 0)
    setUpwards(upwards, parent, 0);
  return error;
}

/// Where directory `number` names the child. -ENOENT when it does not, or is none, or does not exist.
int64 MinixFSDirectory::findNameIn(uint32 number, uint32 child, RefPtr<MinixFSInode>& directory, Slot& slot)
{
  if (number == 0 || number > geometry().num_inodes)
    return -ENOENT;
  MinixInodeRecord record;
  int64 error = minixfs().readRecord(number, record);
  if (error == 0 && !(record.isDirectory() && minixfs().isUsable(number, record)))
    error = -ENOENT;
  if (error == 0)
    error = minixfs().getInode(number, directory);
  if (error != 0)
    return error;
  auto& parent = static_cast<MinixFSDirectory&>(*directory);
  return parent.findSlot(slot, [&](const Slot& each) { return each.inode_number == child && !parent.isDots(each); });
}

int64 MinixFSDirectory::readdir(ustl::vector<DirectoryEntry>& entries)
{
  ScopeLock lock(getSuperblock()->lock_);
  for (uint32 i = 0; i < numberOfSlots(); ++i)
  {
    Slot slot;
    int64 error = getSlot(i, slot);
    if (error == -ENOENT)
      i = lastOfBlock(i);
    if (error == -ENOENT || (error == 0 && slot.inode_number == 0))
      continue;
    if (error != 0)
      return error;
    DirectoryEntry entry{{}, InodeType::OTHER, 0};
    if (!entries.tryGrow() || !getName(slot, entry.name))
      return -ENOMEM;
    MinixInodeRecord record;
    if (minixfs().readRecord(slot.inode_number, record) == 0)
    {
      entry.type = record.isDirectory() ? InodeType::DIRECTORY
                   : record.isFile()    ? InodeType::FILE
                   : record.isLink()    ? InodeType::LINK
                                        : InodeType::OTHER;
      entry.size = record.size;
    }
    entries.push_back(ustl::move(entry));
  }
  return 0;
}

int64 MinixFSDirectory::checkName(const ustl::string& name) const
{
  if (record_.links == 0)
    return -ENOENT; // removed, and only somebody's working directory any more
  return name.size() <= geometry().name_length ? 0 : -ENAMETOOLONG;
}

int64 MinixFSDirectory::getSlot(uint32 index, Slot& slot)
{
  uint32 one = 1;
  int64 zone = zones().find(index / geometry().entriesPerBlock(), one);
  if (zone <= 0)
    return zone == 0 ? -ENOENT : zone;
  int64 error = cache().get(zone, slot.block);
  if (error != 0)
    return error;
  slot.raw = slot.block.data() + index % geometry().entriesPerBlock() * geometry().entry_size;
  slot.inode_number = 0;
  memcpy(&slot.inode_number, slot.raw, geometry().number_size);
  return 0;
}

uint32 MinixFSDirectory::lastOfBlock(uint32 index) const
{
  const uint32 per_block = geometry().entriesPerBlock();
  return index - index % per_block + per_block - 1;
}

bool MinixFSDirectory::getName(const Slot& slot, ustl::string& result) const
{
  const char* name = reinterpret_cast<const char*>(slot.raw) + geometry().number_size;
  size_t length = 0;
  while (length < geometry().name_length && name[length])
    ++length;
  if (!result.tryReserve(length))
    return false;
  result.append(name, length);
  return true;
}

bool MinixFSDirectory::hasName(const Slot& slot, const char* name) const
{
  const char* stored = reinterpret_cast<const char*>(slot.raw) + geometry().number_size;
  const size_t length = strlen(name);
  return slot.inode_number != 0 && memcmp(stored, name, length) == 0 &&
         (length == geometry().name_length || stored[length] == '\0');
}

void MinixFSDirectory::fillSlot(Slot& slot, uint32 inode_number, const char* name)
{
  memset(slot.raw, 0, geometry().entry_size);
  memcpy(slot.raw, &inode_number, geometry().number_size);
  memcpy(slot.raw + geometry().number_size, name, strlen(name));
  slot.inode_number = inode_number;
  slot.block.markDirty(BlockCache::WriteOrder::DIRECTORY);
}

/// The first entry, used or not, that `matches`; -ENOENT if there is none.
template <typename Predicate> int64 MinixFSDirectory::findSlot(Slot& slot, Predicate matches)
{
  for (uint32 i = 0; i < numberOfSlots(); ++i)
  {
    int64 error = getSlot(i, slot);
    if (error == 0 && matches(slot))
      return 0;
    if (error != 0 && error != -ENOENT)
      return error;
    if (error == -ENOENT)
      i = lastOfBlock(i);
  }
  return -ENOENT;
}

int64 MinixFSDirectory::findEntry(const ustl::string& name, Slot& slot)
{
  if (name.size() > geometry().name_length)
    return -ENAMETOOLONG;
  return findSlot(slot, [&](const Slot& each) { return hasName(each, name.c_str()); });
}

int64 MinixFSDirectory::findFreeSlot(Slot& slot)
{
  int64 error = findSlot(slot, [](const Slot& each) { return each.inode_number == 0; });
  return error == -ENOENT ? appendSlot(slot) : error;
}

/// A new block of entries is on the disk, as zeros, before the directory refers to it.
int64 MinixFSDirectory::appendSlot(Slot& slot)
{
  const uint32 index = numberOfSlots();
  const uint64 new_size = (index + 1UL) * geometry().entry_size;
  if (new_size > geometry().max_size)
    return -EFBIG;
  bool fresh = false;
  int64 zone = zones().findOrAllocate(index / geometry().entriesPerBlock(), fresh);
  if (zone < 0)
    return zone;
  int64 error = 0;
  if (fresh)
  {
    error = cache().getZeroed(zone, slot.block);
    if (error == 0)
      error = cache().writeThrough(slot.block);
    if (error != 0)
    {
      slot.block.reset();
      zones().freeFrom(index / geometry().entriesPerBlock());
      return error;
    }
  }
  record_.size = static_cast<uint32>(new_size);
  error = store();
  return error != 0 ? error : getSlot(index, slot);
}

int64 MinixFSDirectory::addEntry(const ustl::string& name, uint32 inode_number)
{
  Slot slot;
  return fillFreeSlot(slot, inode_number, name);
}

/// The record goes first: an error leaves no entry.
int64 MinixFSDirectory::fillFreeSlot(Slot& slot, uint32 inode_number, const ustl::string& name)
{
  int64 error = findFreeSlot(slot);
  if (error != 0)
    return error;
  touch();
  error = store();
  if (error == 0)
    fillSlot(slot, inode_number, name.c_str());
  return error;
}

int64 MinixFSDirectory::removeEntry(const ustl::string& name)
{
  Slot slot;
  int64 error = findEntry(name, slot);
  if (error != 0)
    return error;
  touch();
  error = store();
  if (error == 0)
    fillSlot(slot, 0, "");
  return error;
}

int64 MinixFSDirectory::putEntry(const ustl::string& name, uint32 inode_number, Slot& slot, uint32& replaced)
{
  int64 error = findEntry(name, slot);
  if (error == -ENOENT)
    return fillFreeSlot(slot, inode_number, name);
  if (error != 0)
    return error;
  replaced = slot.inode_number;
  fillSlot(slot, inode_number, name.c_str());
  return 0;
}

void MinixFSDirectory::takeBack(Slot& slot, const ustl::string& name, uint32 replaced)
{
  fillSlot(slot, replaced, replaced != 0 ? name.c_str() : "");
}

int64 MinixFSDirectory::isEmpty()
{
  Slot slot;
  int64 error = findSlot(slot, [&](const Slot& each) { return each.inode_number != 0 && !isDots(each); });
  if (error == -ENOENT)
    return 0;
  return error == 0 ? -ENOTEMPTY : error;
}

bool MinixFSDirectory::isDots(const Slot& slot) const
{
  return hasName(slot, ".") || hasName(slot, "..");
}

int64 MinixFSDirectory::findUpwards(Slot& slot)
{
  return findSlot(slot, [&](const Slot& each) { return hasName(each, ".."); });
}

void MinixFSDirectory::setUpwards(Slot& slot, uint32 parent, uint32 second_parent)
{
  fillSlot(slot, parent, "..");
  memcpy(slot.raw + secondParentOffset(), &second_parent, geometry().number_size);
}

uint32 MinixFSDirectory::secondParent(const Slot& upwards) const
{
  uint32 number = 0;
  memcpy(&number, upwards.raw + secondParentOffset(), geometry().number_size);
  return number;
}

int64 MinixFSDirectory::makeInode(uint32 type, uint32 mode, uint32 links, RefPtr<MinixFSInode>& inode)
{
  int64 number = minixfs().storage().allocInode();
  if (number < 0)
    return number;
  if (minixfs().isInUse(static_cast<uint32>(number)))
  {
    debug(VFS, "inode %ld is in use and marked as free: the file system is damaged\n", number);
    return -EIO; // now it is marked
  }
  MinixInodeRecord record;
  record.mode = type | mode;
  record.links = links;
  record.uid = record_.uid;
  record.gid = record_.gid;
  int64 error = minixfs().writeRecord(static_cast<uint32>(number), record);
  if (error == 0)
    error = minixfs().getInode(static_cast<uint32>(number), inode);
  if (error != 0)
  {
    minixfs().storage().freeInode(static_cast<uint32>(number));
    return error;
  }
  inode->touch();
  inode->record_.access_time = inode->record_.modification_time;
  return inode->store();
}

/// On the disk at once: nothing names this directory yet.
int64 MinixFSDirectory::fillNewDirectory(uint32 parent_number)
{
  Slot slot;
  int64 error = addEntry(".", number_);
  if (error == 0)
    error = addEntry("..", parent_number);
  if (error == 0)
    error = getSlot(0, slot);
  return error != 0 ? error : cache().writeThrough(slot.block);
}
