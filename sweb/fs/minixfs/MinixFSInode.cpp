#include "MinixFSInode.h"
#include "ScopeLock.h"
#include "VirtualFileSystem.h"
#include "debug.h"
#include "errno.h"
#include "kstring.h"

namespace
{

InodeType typeOf(const MinixInodeRecord& record)
{
  if (record.isDirectory())
    return InodeType::DIRECTORY;
  if (record.isFile())
    return InodeType::FILE;
  return record.isLink() ? InodeType::LINK : InodeType::OTHER;
}

} // namespace

MinixFSInode::MinixFSInode(MinixFSSuperblock* superblock, uint32 number, const MinixInodeRecord& record)
    : Inode(superblock, typeOf(record)), number_(number), record_(record)
{
}

MinixFSZone MinixFSInode::zones()
{
  return MinixFSZone(cache(), minixfs().storage(), geometry(), record_);
}

void MinixFSInode::touch()
{
  record_.modification_time = record_.change_time = VirtualFileSystem::instance().now();
}

/// An inode that is in use without a name keeps one link on the disk, where the name may still stand. It loses that
/// with everything else when it is freed.
int64 MinixFSInode::store()
{
  MinixInodeRecord record = record_;
  record.links = ustl::max(record.links, 1u);
  return minixfs().writeRecord(number_, record);
}

int64 MinixFSInode::changeLinks(int32 change)
{
  // What has a name keeps a link, also where a damaged file system has counted too few: without one it would be
  // deleted.
  if (record_.links > 0)
    record_.links = static_cast<uint32>(ustl::max<int64>(static_cast<int64>(record_.links) + change, 1));
  return store();
}

void MinixFSInode::dispose()
{
  {
    ScopeLock lock(getSuperblock()->lock_);
    if (record_.links == 0 && !getSuperblock()->isReadOnly())
      destroyContent();
    minixfs().forgetInode(number_);
  }
  delete this;
}

void MinixFSInode::destroyContent()
{
  int64 error = minixfs().prepareOperation();
  if (error == 0 && record_.hasZones())
    error = zones().freeFrom(0);
  if (error != 0)
    debug(VFS, "inode %u is deleted, but not all of its zones could be freed (error %ld)\n", number_, error);
  minixfs().storage().freeInode(number_);
}

int64 MinixFSInode::stat(FileStat& result)
{
  ScopeLock lock(getSuperblock()->lock_);
  result.inode_number = number_;
  result.type = getType();
  result.mode = record_.mode & ~MINIX_MODE_TYPE_MASK;
  result.links = record_.links;
  result.uid = record_.uid;
  result.gid = record_.gid;
  result.size = record_.size;
  result.access_time = record_.access_time;
  result.modification_time = record_.modification_time;
  result.change_time = record_.change_time;
  return 0;
}

uint64 MinixFSInode::getSize()
{
  ScopeLock lock(getSuperblock()->lock_);
  return record_.size;
}

ssize_t MinixFSInode::readData(uint64 offset, size_t size, void* buffer)
{
  if (getType() != InodeType::FILE)
    return Inode::readData(offset, size, buffer);
  ScopeLock lock(getSuperblock()->lock_);
  return read(offset, size, static_cast<uint8*>(buffer));
}

ssize_t MinixFSInode::read(uint64 offset, size_t size, uint8* buffer)
{
  if (offset >= record_.size)
    return 0;
  size = ustl::min<uint64>(size, record_.size - offset);
  // Who goes on reading in small pieces where he stopped gets more into the cache than he asks for.
  const bool reads_ahead = size < static_cast<size_t>(READ_AHEAD) * geometry().block_size;
  size_t done = 0;
  while (done < size)
  {
    size_t part = 0;
    const bool ahead = reads_ahead && offset + done == sequential_offset_;
    int64 error = readPart(offset + done, size - done, buffer + done, ahead, part);
    if (error != 0)
      return done > 0 ? static_cast<ssize_t>(done) : error;
    done += part;
    sequential_offset_ = offset + done;
  }
  return done;
}

/// Reads as much as lies in one piece on the disk (or in one block of the cache).
int64 MinixFSInode::readPart(uint64 offset, size_t size, uint8* buffer, bool reads_ahead, size_t& done)
{
  const uint32 block_size = geometry().block_size;
  const size_t begin = offset % block_size;
  uint32 run = (begin + size + block_size - 1) / block_size;
  int64 zone = zones().find(offset / block_size, run);
  if (zone < 0)
    return zone;
  if (zone == 0)
  {
    done = ustl::min<size_t>(size, static_cast<size_t>(run) * block_size - begin);
    memset(buffer, 0, done);
    return 0;
  }
  const uint32 whole_blocks = begin == 0 ? ustl::min<uint64>(run, size / block_size) : 0;
  if (whole_blocks >= (reads_ahead ? READ_AHEAD : DIRECT_RUN))
  {
    done = static_cast<size_t>(whole_blocks) * block_size;
    if (cache().readRun(zone, whole_blocks, buffer) == 0)
      return 0;
    // One bad block shall not hide the good ones before it: block by block, then.
  }
  if (reads_ahead && !cache().contains(zone))
  {
    uint32 blocks_left = (record_.size - offset + begin + block_size - 1) / block_size;
    uint32 ahead = ustl::min(READ_AHEAD, blocks_left);
    if (zones().find(offset / block_size, ahead) == zone)
      cache().prefetch(zone, ahead);
  }
  BlockCache::Ref block;
  int64 error = cache().get(zone, block);
  if (error != 0)
    return error;
  done = ustl::min<size_t>(size, block_size - begin);
  memcpy(buffer, block.data() + begin, done);
  return 0;
}

ssize_t MinixFSInode::writeData(uint64 offset, size_t size, const void* buffer)
{
  if (getType() != InodeType::FILE)
    return Inode::writeData(offset, size, buffer);
  ScopeLock lock(getSuperblock()->lock_);
  return write(offset, size, static_cast<const uint8*>(buffer));
}

ssize_t MinixFSInode::appendData(size_t size, const void* buffer)
{
  if (getType() != InodeType::FILE)
    return Inode::appendData(size, buffer);
  ScopeLock lock(getSuperblock()->lock_);
  return write(record_.size, size, static_cast<const uint8*>(buffer));
}

ssize_t MinixFSInode::write(uint64 offset, size_t size, const uint8* buffer)
{
  if (offset >= geometry().max_size)
    return -EFBIG;
  size = ustl::min<uint64>(size, geometry().max_size - offset);
  const size_t operation_size = static_cast<size_t>(BLOCKS_PER_OPERATION) * geometry().block_size;
  size_t done = 0;
  ssize_t result = 0;
  while (done < size)
  {
    // Operations end where blocks end, so that all but the first and the last one consist of whole blocks.
    size_t part = ustl::min<size_t>(size - done, operation_size - (offset + done) % geometry().block_size);
    result = minixfs().prepareOperation();
    if (result == 0 && offset + done > record_.size)
      result = zeroTail();
    if (result == 0)
      result = writeOperation(offset + done, part, buffer + done);
    if (result <= 0)
      break;
    done += result;
  }
  return done > 0 ? static_cast<ssize_t>(done) : result;
}

/// Allocates what is missing, then writes. Returns the bytes written; fewer than `size` when the disk is full.
ssize_t MinixFSInode::writeOperation(uint64 offset, size_t size, const uint8* buffer)
{
  const uint32 block_size = geometry().block_size;
  const uint32 first = offset / block_size;
  const uint32 wanted = (offset + size - 1) / block_size - first + 1;
  Target targets[BLOCKS_PER_OPERATION];
  MinixFSZone map = zones();
  uint32 count = 0;
  int64 error = 0;
  while (count < wanted)
  {
    bool fresh = false;
    int64 zone = map.findOrAllocate(first + count, fresh);
    if (zone < 0)
    {
      error = zone;
      break;
    }
    targets[count++] = {static_cast<uint32>(zone), fresh};
  }
  if (count < wanted)
    size = ustl::min<uint64>(size, count == 0 ? 0 : static_cast<uint64>(first + count) * block_size - offset);
  if (count > 0)
  {
    int64 write_error = writeTargets(targets, count, offset, size, buffer);
    if (write_error == 0)
    {
      record_.size = ustl::max<uint64>(record_.size, offset + size);
      touch();
    }
    error = write_error != 0 ? write_error : error;
    size = write_error != 0 ? 0 : size;
  }
  int64 store_error = store();
  if (size > 0 && store_error == 0)
    return size;
  return store_error != 0 ? store_error : error;
}

int64 MinixFSInode::writeTargets(const Target* targets, uint32 count, uint64 offset, size_t size, const uint8* buffer)
{
  const uint32 block_size = geometry().block_size;
  size_t done = 0;
  for (uint32 i = 0; i < count;)
  {
    const size_t begin = (offset + done) % block_size;
    const size_t rest = size - done;
    uint32 run = 0;
    if (begin == 0)
      while (i + run < count && (run + 1) * block_size <= rest && targets[i + run].zone == targets[i].zone + run)
        ++run;
    size_t part = ustl::min<size_t>(rest, block_size - begin);
    int64 error;
    if (run >= DIRECT_RUN)
    {
      part = static_cast<size_t>(run) * block_size;
      error = cache().writeRun(targets[i].zone, run, buffer + done);
    }
    else
    {
      run = 1;
      error = writeBlockPart(targets[i], begin, part, buffer + done);
    }
    if (error != 0)
      return error;
    done += part;
    i += run;
  }
  return 0;
}

int64 MinixFSInode::writeBlockPart(const Target& target, size_t begin, size_t size, const uint8* buffer)
{
  BlockCache::Ref block;
  bool old_content_matters = !target.fresh && size < geometry().block_size;
  int64 error = old_content_matters ? cache().get(target.zone, block) : cache().getZeroed(target.zone, block);
  if (error != 0)
    return error;
  memcpy(block.data() + begin, buffer, size);
  block.markDirty(BlockCache::WriteOrder::DATA);
  return 0;
}

/// What lies behind the end of the file in its last block becomes part of the file when it grows: zeros.
int64 MinixFSInode::zeroTail()
{
  const uint32 block_size = geometry().block_size;
  const size_t used = record_.size % block_size;
  if (used == 0)
    return 0;
  uint32 one = 1;
  int64 zone = zones().find(record_.size / block_size, one);
  if (zone <= 0)
    return zone;
  BlockCache::Ref block;
  int64 error = cache().get(zone, block);
  if (error != 0)
    return error;
  memset(block.data() + used, 0, block_size - used);
  block.markDirty(BlockCache::WriteOrder::DATA);
  return 0;
}

int64 MinixFSInode::truncate(uint64 size)
{
  if (getType() != InodeType::FILE)
    return Inode::truncate(size);
  ScopeLock lock(getSuperblock()->lock_);
  return resize(size);
}

int64 MinixFSInode::resize(uint64 size)
{
  if (size > geometry().max_size)
    return -EFBIG;
  int64 error = minixfs().prepareOperation();
  if (error == 0 && size > record_.size)
    error = zeroTail();
  if (error != 0)
    return error;
  const bool shrinks = size < record_.size;
  record_.size = static_cast<uint32>(size);
  if (shrinks)
    error = zones().freeFrom((size + geometry().block_size - 1) / geometry().block_size);
  touch();
  int64 store_error = store();
  return error != 0 ? error : store_error;
}

int64 MinixFSInode::flush()
{
  return getSuperblock()->flush();
}
