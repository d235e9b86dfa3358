#include "RamFSDirectory.h"
#include "RamFSFile.h"
#include "ScopeLock.h"
#include "errno.h"

int64 RamFSDirectory::lookup(const ustl::string& name, RefPtr<Inode>& found)
{
  auto entry = entries_.find(name);
  if (entry == entries_.end())
    return -ENOENT;
  found = RefPtr<Inode>(entry->second.get());
  return 0;
}

int64 RamFSDirectory::add(const ustl::string& name, RefPtr<RamFSInode> inode)
{
  ScopeLock guard(lock());
  if (!entries_.tryGrow())
    return -ENOSPC;
  ++inode->links_;
  touch();
  entries_[name] = ustl::move(inode);
  return 0;
}

RefPtr<RamFSInode> RamFSDirectory::take(const ustl::string& name)
{
  ScopeLock guard(lock());
  auto entry = entries_.find(name);
  if (entry == entries_.end())
    return nullptr;
  RefPtr<RamFSInode> inode = entry->second;
  entries_.erase(entry);
  --inode->links_;
  touch();
  return inode;
}

int64 RamFSDirectory::mkfile(const ustl::string& name, uint32 mode, RefPtr<Inode>& created)
{
  if (!ramfs()->hasRoom())
    return -ENOSPC;
  RefPtr<RamFSInode> inode(new RamFSFile(ramfs(), mode));
  created = RefPtr<Inode>(inode.get());
  return add(name, inode);
}

int64 RamFSDirectory::mkdir(const ustl::string& name, uint32 mode, RefPtr<Inode>& created)
{
  if (!ramfs()->hasRoom())
    return -ENOSPC;
  RefPtr<RamFSInode> inode(new RamFSDirectory(ramfs(), mode));
  created = RefPtr<Inode>(inode.get());
  return add(name, inode);
}

int64 RamFSDirectory::link(const ustl::string& name, Inode* existing)
{
  return add(name, RefPtr<RamFSInode>(static_cast<RamFSInode*>(existing)));
}

int64 RamFSDirectory::unlink(const ustl::string& name)
{
  return take(name) ? 0 : -ENOENT;
}

int64 RamFSDirectory::rmdir(const ustl::string& name)
{
  auto entry = entries_.find(name);
  if (entry == entries_.end())
    return -ENOENT;
  if (!static_cast<RamFSDirectory*>(entry->second.get())->entries_.empty())
    return -ENOTEMPTY;
  take(name);
  return 0;
}

int64 RamFSDirectory::rename(const ustl::string& name, Inode* new_parent, const ustl::string& new_name)
{
  auto* target_directory = static_cast<RamFSDirectory*>(new_parent);
  auto target = target_directory->entries_.find(new_name);
  if (target != target_directory->entries_.end() && target->second->isDirectory() &&
      !static_cast<RamFSDirectory*>(target->second.get())->entries_.empty())
    return -ENOTEMPTY;
  if (!target_directory->entries_.tryGrow())
    return -ENOSPC; // before the old name is gone
  RefPtr<RamFSInode> inode = take(name);
  if (!inode)
    return -ENOENT;
  target_directory->take(new_name);
  return target_directory->add(new_name, inode);
}

int64 RamFSDirectory::readdir(ustl::vector<DirectoryEntry>& entries)
{
  if (!entries.tryReserve(entries_.size() + 2))
    return -ENOMEM;
  entries.push_back({".", InodeType::DIRECTORY, 0});
  entries.push_back({"..", InodeType::DIRECTORY, 0});
  for (auto& [name, inode] : entries_)
  {
    DirectoryEntry entry{{}, inode->getType(), inode->getSize()};
    if (!entry.name.tryReserve(name.size()))
      return -ENOMEM;
    entry.name += name;
    entries.push_back(ustl::move(entry));
  }
  return 0;
}
