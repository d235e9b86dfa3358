#include "MinixFSZone.h"
#include "debug.h"
#include "errno.h"
#include "kstring.h"

bool MinixFSZone::locate(uint32 index, Position& position) const
{
  uint64 rest = index;
  if (rest < MINIX_DIRECT_ZONES)
  {
    position = {index, 0, 0};
    return true;
  }
  rest -= MINIX_DIRECT_ZONES;
  for (uint32 levels = 1; levels <= geometry_.levels; ++levels)
  {
    uint64 leaves = leavesBelow(levels);
    if (rest < leaves)
    {
      position = {MINIX_DIRECT_ZONES + levels - 1, levels, rest};
      return true;
    }
    rest -= leaves;
  }
  return false;
}

uint64 MinixFSZone::leavesBelow(uint32 levels) const
{
  uint64 leaves = 1;
  while (levels-- > 0)
    leaves *= geometry_.zonesPerBlock();
  return leaves;
}

int64 MinixFSZone::check(uint32 zone) const
{
  if (zone == 0 || geometry_.isDataZone(zone))
    return zone;
  debug(VFS, "zone %u does not exist: the file system is damaged\n", zone);
  return -EIO;
}

uint32 MinixFSZone::readSlot(const BlockCache::Ref& block, uint32 slot) const
{
  uint32 zone = 0;
  memcpy(&zone, block.data() + slot * geometry_.zone_size, geometry_.zone_size);
  return zone;
}

void MinixFSZone::writeSlot(BlockCache::Ref& block, uint32 slot, uint32 zone) const
{
  memcpy(block.data() + slot * geometry_.zone_size, &zone, geometry_.zone_size);
  block.markDirty(BlockCache::WriteOrder::MAP);
}

int64 MinixFSZone::walk(const Position& position, bool create, uint32& zone)
{
  zone = record_.zones[position.root_slot];
  if (zone == 0 && create)
  {
    int64 created = newIndirectBlock();
    if (created < 0)
      return created;
    zone = record_.zones[position.root_slot] = static_cast<uint32>(created);
  }
  for (uint32 levels = position.levels - 1; levels > 0 && zone != 0; --levels)
  {
    BlockCache::Ref block;
    int64 error = check(zone);
    if (error >= 0)
      error = cache_.get(zone, block);
    if (error < 0)
      return error;
    uint32 slot = position.leaf / leavesBelow(levels) % geometry_.zonesPerBlock();
    zone = readSlot(block, slot);
    if (zone == 0 && create)
    {
      int64 created = newIndirectBlock();
      if (created < 0)
        return created;
      zone = static_cast<uint32>(created);
      writeSlot(block, slot, zone);
    }
  }
  int64 checked = check(zone);
  return checked < 0 ? checked : 0;
}

int64 MinixFSZone::newIndirectBlock()
{
  int64 zone = storage_.allocZone(0);
  if (zone < 0)
    return zone;
  BlockCache::Ref block;
  int64 error = cache_.getZeroed(zone, block);
  if (error != 0)
  {
    (void)storage_.freeZone(static_cast<uint32>(zone)); // just allocated
    return error;
  }
  block.markDirty(BlockCache::WriteOrder::MAP);
  return zone;
}

int64 MinixFSZone::find(uint32 index, uint32& count)
{
  Position position;
  if (!locate(index, position))
    return -EFBIG;
  BlockCache::Ref block;
  uint32 slot = position.root_slot;
  uint32 slots = MINIX_DIRECT_ZONES;
  if (position.levels > 0)
  {
    uint32 map = 0;
    int64 error = walk(position, false, map);
    slot = position.leaf % geometry_.zonesPerBlock();
    slots = geometry_.zonesPerBlock();
    if (error == 0 && map == 0)
    {
      count = ustl::min(count, slots - slot);
      return 0;
    }
    if (error == 0)
      error = cache_.get(map, block);
    if (error != 0)
      return error;
  }
  const int64 zone = check(position.levels > 0 ? readSlot(block, slot) : record_.zones[slot]);
  if (zone < 0)
    return zone;
  const uint32 limit = ustl::min(count, slots - slot);
  if (position.levels == 0)
    count = runLength(record_.zones + slot, limit);
  else if (geometry_.zone_size == sizeof(uint16))
    count = runLength(reinterpret_cast<const uint16*>(block.data()) + slot, limit);
  else
    count = runLength(reinterpret_cast<const uint32*>(block.data()) + slot, limit);
  return zone;
}

/// How many of the `limit` zones from the first one on follow one another, or are holes as the first one is.
template <class Number> uint32 MinixFSZone::runLength(const Number* zones, uint32 limit) const
{
  const uint32 first = zones[0];
  const uint32 step = first != 0;
  if (step)
    limit = ustl::min(limit, geometry_.num_zones - first);
  uint32 run = 1;
  while (run < limit && zones[run] == first + step * run)
    ++run;
  return run;
}

/// Behind the previous block of the file, so that it can be read in one piece.
uint32 MinixFSZone::wantedZone(uint32 index)
{
  uint32 one = 1;
  int64 previous = index > 0 ? find(index - 1, one) : 0;
  return previous > 0 ? static_cast<uint32>(previous) + 1 : 0;
}

int64 MinixFSZone::findOrAllocate(uint32 index, bool& fresh)
{
  Position position;
  fresh = false;
  if (!locate(index, position))
    return -EFBIG;
  BlockCache::Ref block;
  uint32 slot = position.root_slot;
  if (position.levels > 0)
  {
    uint32 map = 0;
    int64 error = walk(position, true, map);
    if (error == 0)
      error = cache_.get(map, block);
    if (error != 0)
      return error;
    slot = position.leaf % geometry_.zonesPerBlock();
  }
  int64 zone = check(position.levels > 0 ? readSlot(block, slot) : record_.zones[slot]);
  if (zone != 0)
    return zone;
  zone = storage_.allocZone(wantedZone(index));
  if (zone < 0)
    return zone;
  fresh = true;
  if (position.levels > 0)
    writeSlot(block, slot, static_cast<uint32>(zone));
  else
    record_.zones[slot] = static_cast<uint32>(zone);
  return zone;
}

int64 MinixFSZone::freeFrom(uint32 index)
{
  int64 result = 0;
  for (uint32 slot = index; slot < MINIX_DIRECT_ZONES; ++slot)
  {
    if (record_.zones[slot] != 0 && !storage_.freeZone(record_.zones[slot]))
      result = -EIO;
    record_.zones[slot] = 0;
  }
  uint64 tree_start = MINIX_DIRECT_ZONES;
  for (uint32 levels = 1; levels <= geometry_.levels; ++levels)
  {
    uint32& root = record_.zones[MINIX_DIRECT_ZONES + levels - 1];
    uint64 leaves = leavesBelow(levels);
    if (root != 0 && index < tree_start + leaves)
    {
      bool empty = false;
      int64 error = freeSubtree(root, levels, index > tree_start ? index - tree_start : 0, empty);
      result = result != 0 ? result : error;
      if (empty)
        root = 0;
    }
    tree_start += leaves;
  }
  return result;
}

/// Frees the leaves from `from` on below an indirect block; the block goes too (`empty`) when nothing stays in it. In a
/// damaged file system it may be met a second time, even below itself; it is followed once.
int64 MinixFSZone::freeSubtree(uint32 zone, uint32 levels, uint64 from, bool& empty)
{
  int64 checked = check(zone);
  empty = checked < 0; // a reference to nowhere is dropped
  if (checked < 0)
    return checked;
  BlockCache::Ref block;
  int64 result = cache_.get(zone, block);
  if (result != 0)
    return result;
  // When the whole block goes, its content stays as it is: the disk refers to it until the inode has been written.
  const bool whole = from == 0;
  empty = whole;
  if (whole && !storage_.freeZone(zone))
    return -EIO;
  const uint64 leaves_per_slot = leavesBelow(levels - 1);
  for (uint32 slot = from / leaves_per_slot; slot < geometry_.zonesPerBlock(); ++slot)
  {
    uint32 child = readSlot(block, slot);
    if (child == 0)
      continue;
    bool child_gone = true;
    if (levels > 1)
    {
      uint64 slot_start = slot * leaves_per_slot;
      int64 error = freeSubtree(child, levels - 1, from > slot_start ? from - slot_start : 0, child_gone);
      result = result != 0 ? result : error;
    }
    else if (!storage_.freeZone(child))
      result = -EIO;
    if (child_gone && !whole)
      writeSlot(block, slot, 0);
  }
  return result;
}
