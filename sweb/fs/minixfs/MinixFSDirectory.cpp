#include "MinixFSDirectory.h"
#include "ScopeLock.h"
#include "debug.h"
#include "errno.h"
#include "kstring.h"

int64 MinixFSDirectory::lookup(const ustl::string& name, RefPtr<Inode>& found)
{
  RefPtr<MinixFSInode> inode;
  ScopeLock lock(getSuperblock()->lock_);
  Slot slot;
  int64 error = findEntry(name, slot);
  if (error == 0)
    error = minixfs().getInode(slot.inode_number, inode);
  if (error == 0)
    found = RefPtr<Inode>(inode.get());
  return error;
}

int64 MinixFSDirectory::mkfile(const ustl::string& name, uint32 mode, RefPtr<Inode>& created)
{
  RefPtr<MinixFSInode> inode; // outlives the lock: when it fails, its last reference goes, which takes the lock
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
  if (error == 0)
    error = addEntry(name, inode->number_);
  if (error != 0)
    return error;
  inode->touch();
  return inode->changeLinks(1);
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
  return error != 0 ? error : loseName(static_cast<MinixFSInode&>(*victim));
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
    error = loseName(static_cast<MinixFSInode&>(*victim));
  if (error == 0)
    error = minixfs().flushLocked(); // `..` counts until it has left the disk
  return error != 0 ? error : changeLinks(-1);
}

/// One name of `inode` is gone. When it was the last one, the inode goes with its last user. When there are others, the
/// name has to leave the disk before the count says so; a directory, which is empty here, has others if the power was
/// cut while it was moved.
int64 MinixFSDirectory::loseName(MinixFSInode& inode)
{
  const uint32 last = inode.isDirectory() ? 2 : 1;
  if (inode.record_.links <= last)
  {
    inode.record_.links = 0;
    return 0;
  }
  int64 error = minixfs().flushLocked();
  return error != 0 ? error : inode.changeLinks(-1);
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
  const bool moves_directory = source->isDirectory() && to != this;
  error = to->checkName(new_name);
  if (error == 0)
    error = checkReplaceable(target);
  if (error == 0 && moves_directory && !target && to->record_.links >= geometry().max_links)
    error = -EMLINK;
  if (error == 0)
    error = minixfs().prepareOperation();
  if (error != 0)
    return error;

  if (to == this && !target)
  {
    Slot slot; // the simple case is one change in one block
    error = findEntry(name, slot);
    if (error == 0)
      fillSlot(slot, source->number_, new_name);
    return error;
  }

  // For a moment the file has both names, on the disk as well, so that no power cut takes it away; and it counts both,
  // so that removing one of them after a cut does not take it from the other. (The largest count leaves room for that.)
  error = source->changeLinks(1);
  if (error == 0)
    error = target ? to->setEntry(new_name, source->number_) : to->addEntry(new_name, source->number_);
  if (error == 0 && moves_directory)
  {
    error = static_cast<MinixFSDirectory*>(source)->setEntry("..", to->number_);
    if (error == 0)
      error = to->changeLinks(1);
  }
  if (error == 0)
    error = minixfs().flushLocked();
  if (error == 0)
    error = removeEntry(name);
  if (error == 0)
    error = minixfs().flushLocked();
  if (error == 0)
    error = source->changeLinks(-1);
  if (error == 0 && moves_directory)
    error = changeLinks(-1);
  if (error == 0 && target)
  {
    error = to->loseName(*target);
    if (error == 0 && target->isDirectory())
      error = to->changeLinks(-1);
  }
  return error;
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

bool MinixFSDirectory::hasName(const Slot& slot, const ustl::string& name) const
{
  const char* stored = reinterpret_cast<const char*>(slot.raw) + geometry().number_size;
  return slot.inode_number != 0 && memcmp(stored, name.c_str(), name.size()) == 0 &&
         (name.size() == geometry().name_length || stored[name.size()] == '\0');
}

void MinixFSDirectory::fillSlot(Slot& slot, uint32 inode_number, const ustl::string& name)
{
  memset(slot.raw, 0, geometry().entry_size);
  memcpy(slot.raw, &inode_number, geometry().number_size);
  memcpy(slot.raw + geometry().number_size, name.c_str(), name.size());
  slot.inode_number = inode_number;
  slot.block.markDirty(BlockCache::WriteOrder::DIRECTORY);
}

int64 MinixFSDirectory::findEntry(const ustl::string& name, Slot& slot)
{
  if (name.size() > geometry().name_length)
    return -ENAMETOOLONG;
  for (uint32 i = 0; i < numberOfSlots(); ++i)
  {
    int64 error = getSlot(i, slot);
    if (error == 0 && hasName(slot, name))
      return 0;
    if (error != 0 && error != -ENOENT)
      return error;
    if (error == -ENOENT)
      i = lastOfBlock(i);
  }
  return -ENOENT;
}

int64 MinixFSDirectory::findFreeSlot(Slot& slot)
{
  for (uint32 i = 0; i < numberOfSlots(); ++i)
  {
    int64 error = getSlot(i, slot);
    if (error == 0 && slot.inode_number == 0)
      return 0;
    if (error != 0 && error != -ENOENT)
      return error;
    if (error == -ENOENT)
      i = lastOfBlock(i);
  }
  return appendSlot(slot);
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
  int64 error = findFreeSlot(slot);
  if (error != 0)
    return error;
  fillSlot(slot, inode_number, name);
  touch();
  return store();
}

int64 MinixFSDirectory::removeEntry(const ustl::string& name)
{
  Slot slot;
  int64 error = findEntry(name, slot);
  if (error != 0)
    return error;
  fillSlot(slot, 0, "");
  touch();
  return store();
}

int64 MinixFSDirectory::setEntry(const ustl::string& name, uint32 inode_number)
{
  Slot slot;
  int64 error = findEntry(name, slot);
  if (error == 0)
    fillSlot(slot, inode_number, name);
  return error;
}

int64 MinixFSDirectory::isEmpty()
{
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
    if (!hasName(slot, ".") && !hasName(slot, ".."))
      return -ENOTEMPTY;
  }
  return 0;
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
