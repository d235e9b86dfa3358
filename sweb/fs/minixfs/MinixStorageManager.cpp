#include "MinixStorageManager.h"
#include "errno.h"
#include "kstring.h"

int64 MinixStorageManager::initialise()
{
  if (!pending_zones_.isValid() || !pending_inodes_.isValid())
    return -ENOMEM;
  int64 error = countFree(geometry_.inodeBitmapStart(), inodeBits(), free_inodes_);
  return error != 0 ? error : countFree(geometry_.zoneBitmapStart(), zoneBits(), free_zones_);
}

int64 MinixStorageManager::countFree(uint32 map_start, uint32 number_of_bits, uint32& free_bits)
{
  const uint32 bits_per_block = 8 * geometry_.block_size;
  free_bits = 0;
  for (uint32 begin = 0; begin < number_of_bits; begin += bits_per_block)
  {
    uint32 block = map_start + begin / bits_per_block;
    if (!cache_.contains(block))
      cache_.prefetch(block, (number_of_bits - begin + bits_per_block - 1) / bits_per_block);
    BlockCache::Ref map;
    int64 error = cache_.get(block, map);
    if (error != 0)
      return error;
    uint32 bits = ustl::min(bits_per_block, number_of_bits - begin);
    for (uint32 byte = 0; byte < bits / 8; ++byte)
      free_bits += 8 - __builtin_popcount(map.data()[byte]);
    for (uint32 bit = bits & ~7u; bit < bits; ++bit)
      free_bits += !Bitmap::getBit(map.data(), bit);
  }
  return 0;
}

int64 MinixStorageManager::allocZone(uint32 wanted)
{
  if (free_zones_ == 0)
    return -ENOSPC;
  uint32 from = geometry_.isDataZone(wanted) ? wanted - geometry_.first_data_zone + 1 : next_zone_bit_;
  int64 bit = allocBit(geometry_.zoneBitmapStart(), zoneBits(), from);
  if (bit < 0)
    return bit;
  --free_zones_;
  next_zone_bit_ = static_cast<uint32>(bit);
  return bit + geometry_.first_data_zone - 1;
}

int64 MinixStorageManager::allocInode()
{
  if (free_inodes_ == 0)
    return -ENOSPC;
  int64 bit = allocBit(geometry_.inodeBitmapStart(), inodeBits(), next_inode_bit_);
  if (bit < 0)
    return bit;
  --free_inodes_;
  next_inode_bit_ = static_cast<uint32>(bit);
  return bit;
}

int64 MinixStorageManager::allocBit(uint32 map_start, uint32 number_of_bits, uint32 from)
{
  int64 bit = findAndSet(map_start, from, number_of_bits);
  return bit == -ENOSPC ? findAndSet(map_start, 1, from) : bit;
}

int64 MinixStorageManager::findAndSet(uint32 map_start, uint32 begin, uint32 end)
{
  const uint32 bits_per_block = 8 * geometry_.block_size;
  while (begin < end)
  {
    BlockCache::Ref map;
    int64 error = cache_.get(map_start + begin / bits_per_block, map);
    if (error != 0)
      return error;
    uint32 block_begin = begin / bits_per_block * bits_per_block;
    size_t bits = ustl::min(bits_per_block, end - block_begin);
    size_t bit = Bitmap::findClear(map.data(), bits, begin - block_begin);
    if (bit != Bitmap::NOT_FOUND)
    {
      size_t changed = 0;
      Bitmap::setBit(map.data(), changed, bit);
      map.markDirty(BlockCache::WriteOrder::DATA);
      return block_begin + bit;
    }
    begin = block_begin + bits_per_block;
  }
  return -ENOSPC;
}

bool MinixStorageManager::freeZone(uint32 zone)
{
  if (!geometry_.isDataZone(zone) || !pending_zones_.setBit(zone - geometry_.first_data_zone + 1))
    return false;
  cache_.forget(zone);
  return true;
}

int64 MinixStorageManager::commitFrees()
{
  int64 error = emptyPendingInodes();
  if (error == 0)
    error = clearBits(geometry_.inodeBitmapStart(), pending_inodes_, free_inodes_);
  return error != 0 ? error : clearBits(geometry_.zoneBitmapStart(), pending_zones_, free_zones_);
}

int64 MinixStorageManager::clearBits(uint32 map_start, Bitmap& pending, uint32& free_bits)
{
  const size_t bytes = Bitmap::bytesFor(pending.getSize());
  for (size_t byte = 0; byte < bytes && pending.getNumBitsSet() > 0; ++byte)
  {
    const uint8 freed = pending.getByte(byte);
    if (freed == 0)
      continue;
    BlockCache::Ref map;
    int64 error = cache_.get(map_start + byte / geometry_.block_size, map);
    if (error != 0)
      return error;
    uint8& bits = map.data()[byte % geometry_.block_size];
    free_bits += __builtin_popcount(bits & freed);
    bits &= static_cast<uint8>(~freed);
    map.markDirty(BlockCache::WriteOrder::DATA);
    pending.setByte(byte, 0);
  }
  return 0;
}

int64 MinixStorageManager::emptyPendingInodes()
{
  for (uint32 number = 1; number < pending_inodes_.getSize() && pending_inodes_.getNumBitsSet() > 0; ++number)
  {
    if (!pending_inodes_.getBit(number))
      continue;
    int64 error = emptyInode(number);
    if (error != 0)
      return error;
    next_inode_bit_ = ustl::min(next_inode_bit_, number);
  }
  return 0;
}

int64 MinixStorageManager::emptyInode(uint32 number)
{
  BlockCache::Ref table;
  uint32 index = number - 1;
  int64 error = cache_.get(geometry_.inodeTableStart() + index / geometry_.inodesPerBlock(), table);
  if (error != 0)
    return error;
  memset(table.data() + index % geometry_.inodesPerBlock() * geometry_.inode_size, 0, geometry_.inode_size);
  table.markDirty(BlockCache::WriteOrder::DATA);
  return 0;
}
