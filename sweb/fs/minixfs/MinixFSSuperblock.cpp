#include "MinixFSSuperblock.h"
#include "BDVirtualDevice.h"
#include "MinixFSDirectory.h"
#include "ScopeLock.h"
#include "debug.h"
#include "errno.h"
#include "kstring.h"

MinixFSSuperblock::MinixFSSuperblock(BDVirtualDevice* device, bool read_only) : Superblock(device, read_only) {}

MinixFSSuperblock::~MinixFSSuperblock()
{
  root_.reset(); // while the table of inodes still exists
  delete storage_;
  delete cache_;
}

int64 MinixFSSuperblock::initialise(size_t cache_memory)
{
  uint8 raw[64];
  ssize_t length = getDevice()->readData(MINIX_SUPERBLOCK_OFFSET, sizeof(raw), raw);
  if (length != sizeof(raw))
    return length < 0 ? length : -EINVAL;
  int64 error = geometry_.parse(raw, getDevice()->getSize());
  if (error != 0)
    return error;
  cache_ = new (std::nothrow) BlockCache(getDevice(), geometry_.block_size, cache_memory);
  if (!cache_ || !cache_->isValid())
    return -ENOMEM;
  storage_ = new (std::nothrow) MinixStorageManager(*cache_, geometry_);
  if (!storage_)
    return -ENOMEM;

  MinixSuperblockV1 state;
  memcpy(&state, raw, sizeof(state));
  const bool was_clean = geometry_.version == 3 || (state.state & MINIX_STATE_VALID);
  if (!was_clean)
    debug(VFS, "%s was not unmounted properly; check it with fsck.minix\n", getDevice()->getName().c_str());

  RefPtr<MinixFSInode> root;
  ScopeLock lock(lock_);
  error = storage_->initialise();
  if (error == 0)
    error = getInode(MINIX_ROOT_INODE, root);
  if (error == 0 && !root->isDirectory())
    error = -EINVAL;
  if (error == 0 && was_clean && !isReadOnly())
  {
    error = writeCleanFlag(false);
    restore_clean_flag_ = error == 0;
  }
  if (error == 0)
    root_ = Dentry::makeRoot(RefPtr<Inode>(root.get()));
  return error;
}

int64 MinixFSSuperblock::flush()
{
  ScopeLock lock(lock_);
  return flushLocked();
}

int64 MinixFSSuperblock::finish()
{
  ScopeLock lock(lock_);
  int64 error = flushLocked();
  if (error == 0 && restore_clean_flag_)
    error = writeCleanFlag(true);
  return error;
}

int64 MinixFSSuperblock::flushLocked()
{
  using Order = BlockCache::WriteOrder;
  constexpr Order ORDERS[] = {Order::DATA, Order::MAP, Order::INODE, Order::DIRECTORY};
  for (Order order : ORDERS)
  {
    int64 error = cache_->flush(order);
    if (error == 0)
      error = cache_->barrier();
    if (error != 0)
      return error;
  }
  if (!storage_->hasPendingFrees())
    return 0;
  int64 error = storage_->commitFrees();
  int64 flush_error = cache_->flush(Order::DATA);
  if (flush_error == 0)
    flush_error = cache_->barrier();
  return error != 0 ? error : flush_error;
}

int64 MinixFSSuperblock::prepareOperation()
{
  bool cache_half_dirty = cache_->dirtyBlocks() > cache_->capacity() / 2;
  bool space_waits =
      storage_->hasPendingFrees() && (storage_->freeZones() < ZONES_PER_OPERATION || storage_->freeInodes() == 0);
  return cache_half_dirty || space_waits ? flushLocked() : 0;
}

int64 MinixFSSuperblock::statfs(FileSystemStat& result)
{
  ScopeLock lock(lock_);
  // What waits to be given back is as good as free; giving it back tells how much it is.
  int64 error = storage_->hasPendingFrees() ? flushLocked() : 0;
  result = FileSystemStat{.block_size = geometry_.block_size,
                          .blocks = geometry_.num_zones - geometry_.first_data_zone,
                          .free_blocks = storage_->freeZones(),
                          .inodes = geometry_.num_inodes,
                          .free_inodes = storage_->freeInodes()};
  return error;
}

int64 MinixFSSuperblock::getInode(uint32 number, RefPtr<MinixFSInode>& inode)
{
  auto known = inodes_.find(number);
  if (known != inodes_.end())
  {
    inode = RefPtr<MinixFSInode>(known->second);
    return 0;
  }
  MinixInodeRecord record;
  int64 error = readRecord(number, record);
  if (error != 0)
    return error;
  if (!isUsable(number, record))
  {
    debug(VFS, "a name refers to inode %u, which is not in order: the file system is damaged\n", number);
    return -EIO;
  }
  if (!inodes_.tryGrow())
    return -ENOMEM;
  auto* object =
      record.isDirectory() ? new MinixFSDirectory(this, number, record) : new MinixFSInode(this, number, record);
  inodes_[number] = object;
  inode = RefPtr<MinixFSInode>(object);
  return 0;
}

/// An inode that says it has no names would be deleted after its first use; a directory as large as nothing on this
/// disk would be searched for ever.
bool MinixFSSuperblock::isUsable(uint32 number, const MinixInodeRecord& record) const
{
  const uint64 room = static_cast<uint64>(geometry_.num_zones - geometry_.first_data_zone) * geometry_.block_size;
  return record.mode != 0 && record.links > 0 && !storage_->isFreed(number) &&
         !(record.isDirectory() && record.size > room);
}

void MinixFSSuperblock::forgetInode(uint32 number)
{
  inodes_.erase(number);
}

int64 MinixFSSuperblock::getRecord(uint32 number, BlockCache::Ref& table, uint8*& raw)
{
  if (number == 0 || number > geometry_.num_inodes)
  {
    debug(VFS, "inode %u does not exist: the file system is damaged\n", number);
    return -EIO;
  }
  uint32 index = number - 1;
  int64 error = cache_->get(geometry_.inodeTableStart() + index / geometry_.inodesPerBlock(), table);
  if (error == 0)
    raw = table.data() + index % geometry_.inodesPerBlock() * geometry_.inode_size;
  return error;
}

int64 MinixFSSuperblock::readRecord(uint32 number, MinixInodeRecord& record)
{
  BlockCache::Ref table;
  uint8* raw = nullptr;
  int64 error = getRecord(number, table, raw);
  if (error == 0)
    record.decode(geometry_, raw);
  return error;
}

int64 MinixFSSuperblock::writeRecord(uint32 number, const MinixInodeRecord& record)
{
  BlockCache::Ref table;
  uint8* raw = nullptr;
  int64 error = getRecord(number, table, raw);
  if (error == 0)
  {
    record.encode(geometry_, raw);
    table.markDirty(BlockCache::WriteOrder::INODE);
  }
  return error;
}

int64 MinixFSSuperblock::writeCleanFlag(bool clean)
{
  if (geometry_.version == 3)
    return 0;
  MinixSuperblockV1 raw;
  ssize_t length = getDevice()->readData(MINIX_SUPERBLOCK_OFFSET, sizeof(raw), &raw);
  if (length != sizeof(raw))
    return length < 0 ? length : -EIO;
  raw.state = static_cast<uint16>(clean ? raw.state | MINIX_STATE_VALID : raw.state & ~MINIX_STATE_VALID);
  length = getDevice()->writeData(MINIX_SUPERBLOCK_OFFSET, sizeof(raw), &raw);
  if (length != sizeof(raw))
    return length < 0 ? length : -EIO;
  return getDevice()->flush();
}
