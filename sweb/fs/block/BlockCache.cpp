#include "BlockCache.h"
#include "BDVirtualDevice.h"
#include "assert.h"
#include "errno.h"
#include "kstring.h"

void BlockCache::Ref::markDirty(WriteOrder order)
{
  if (block_->dirty)
  {
    block_->order = ustl::max(block_->order, order);
    return;
  }
  block_->dirty = true;
  block_->order = order;
  ++cache_->dirty_blocks_;
}

void BlockCache::Ref::reset()
{
  if (block_)
    --block_->users;
  block_ = nullptr;
}

BlockCache::BlockCache(BDVirtualDevice* device, size_t block_size, size_t memory)
    : device_(device), block_size_(block_size), capacity_(ustl::max(MIN_BLOCKS, memory / block_size)),
      number_of_buckets_(MIN_BLOCKS)
{
  while (number_of_buckets_ < capacity_)
    number_of_buckets_ *= 2;
  buckets_ = new (std::nothrow) Block*[number_of_buckets_]();
  run_buffer_ = new (std::nothrow) uint8[RUN_BLOCKS * block_size_];
}

BlockCache::~BlockCache()
{
  while (oldest_)
    drop(oldest_);
  delete[] run_buffer_;
  delete[] buckets_;
}

int64 BlockCache::get(uint64 number, Ref& ref)
{
  Block* block = find(number);
  if (!block)
  {
    block = insert(number);
    if (!block)
      return -ENOMEM;
    int64 error = readBlocks(number, 1, block->data);
    if (error != 0)
    {
      drop(block);
      return error;
    }
  }
  touch(block);
  lend(block, ref);
  return 0;
}

int64 BlockCache::getZeroed(uint64 number, Ref& ref)
{
  Block* block = find(number);
  if (!block)
    block = insert(number);
  if (!block)
    return -ENOMEM;
  memset(block->data, 0, block_size_);
  touch(block);
  lend(block, ref);
  return 0;
}

void BlockCache::prefetch(uint64 number, size_t count)
{
  count = ustl::min(count, RUN_BLOCKS);
  // Not more than a quarter of the cache at once: what is read ahead must not push out what is in use.
  count = ustl::min(count, capacity_ / 4);
  if (count < 2 || readBlocks(number, count, run_buffer_) != 0)
    return; // whoever wants a block gets the error then
  for (size_t i = 0; i < count; ++i)
  {
    if (find(number + i))
      continue;
    Block* block = insert(number + i);
    if (!block)
      return;
    memcpy(block->data, run_buffer_ + i * block_size_, block_size_);
  }
}

void BlockCache::forget(uint64 number)
{
  Block* block = find(number);
  if (!block)
    return;
  clean(block);
  if (block->users == 0)
    drop(block);
}

int64 BlockCache::readRun(uint64 number, size_t count, void* buffer)
{
  int64 error = readBlocks(number, count, buffer);
  if (error != 0 || dirty_blocks_ == 0)
    return error;
  for (size_t i = 0; i < count; ++i)
  {
    Block* block = find(number + i);
    if (block && block->dirty)
      memcpy(static_cast<uint8*>(buffer) + i * block_size_, block->data, block_size_);
  }
  return 0;
}

int64 BlockCache::writeRun(uint64 number, size_t count, const void* buffer)
{
  int64 error = writeBlocks(number, count, buffer);
  if (error != 0)
    return error;
  for (size_t i = 0; i < count; ++i)
  {
    Block* block = find(number + i);
    if (!block)
      continue;
    memcpy(block->data, static_cast<const uint8*>(buffer) + i * block_size_, block_size_);
    clean(block);
  }
  return 0;
}

int64 BlockCache::writeThrough(Ref& ref)
{
  int64 error = writeBlocks(ref.block_->number, 1, ref.data());
  if (error == 0)
    clean(ref.block_);
  return error;
}

int64 BlockCache::flush(WriteOrder order)
{
  ustl::vector<Block*> dirty;
  const auto is_due = [order](const Block* block) { return block->dirty && block->order == order; };
  size_t count = 0;
  for (const Block* block = oldest_; block; block = block->newer)
    count += is_due(block);
  dirty.reserve(count);
  for (Block* block = oldest_; block; block = block->newer)
    if (is_due(block))
      dirty.push_back(block);
  ustl::sort(dirty.begin(), dirty.end(), [](const Block* a, const Block* b) { return a->number < b->number; });

  int64 result = 0;
  for (size_t i = 0; i < dirty.size();)
  {
    size_t run = 1;
    while (i + run < dirty.size() && run < RUN_BLOCKS && dirty[i + run]->number == dirty[i]->number + run)
      ++run;
    int64 error = writeDirtyRun(&dirty[i], run);
    result = result != 0 ? result : error;
    i += run;
  }
  return result;
}

int64 BlockCache::writeDirtyRun(Block** blocks, size_t count)
{
  const uint8* source = blocks[0]->data;
  if (count > 1)
  {
    for (size_t i = 0; i < count; ++i)
      memcpy(run_buffer_ + i * block_size_, blocks[i]->data, block_size_);
    source = run_buffer_;
  }
  int64 error = writeBlocks(blocks[0]->number, count, source);
  for (size_t i = 0; i < count && error == 0; ++i)
    clean(blocks[i]);
  return error;
}

int64 BlockCache::barrier()
{
  if (!written_since_barrier_)
    return 0;
  int64 error = device_->flush();
  written_since_barrier_ = error != 0;
  return error;
}

int64 BlockCache::readBlocks(uint64 number, size_t count, void* buffer)
{
  size_t size = count * block_size_;
  ssize_t result = device_->readData(number * block_size_, size, buffer);
  if (result < 0)
    return result;
  return static_cast<size_t>(result) == size ? 0 : -EIO;
}

int64 BlockCache::writeBlocks(uint64 number, size_t count, const void* buffer)
{
  written_since_barrier_ = true;
  size_t size = count * block_size_;
  ssize_t result = device_->writeData(number * block_size_, size, buffer);
  if (result < 0)
    return result;
  return static_cast<size_t>(result) == size ? 0 : -EIO;
}

BlockCache::Block* BlockCache::find(uint64 number) const
{
  Block* block = buckets_[number & (number_of_buckets_ - 1)];
  while (block && block->number != number)
    block = block->hash_next;
  return block;
}

BlockCache::Block* BlockCache::insert(uint64 number)
{
  Block* block = cached_blocks_ < capacity_ ? allocate() : nullptr;
  if (!block)
    block = takeOldestClean();
  if (!block)
    block = allocate(); // everything is dirty or in use; the owner will flush when its operation is complete
  if (!block)
    return nullptr;
  Block*& bucket = buckets_[number & (number_of_buckets_ - 1)];
  block->number = number;
  block->hash_next = bucket;
  block->users = 0;
  block->dirty = false;
  bucket = block;
  pushNewest(block);
  ++cached_blocks_;
  return block;
}

BlockCache::Block* BlockCache::allocate()
{
  auto* block = new (std::nothrow) Block();
  auto* data = new (std::nothrow) uint8[block_size_];
  if (block && data)
  {
    block->data = data;
    return block;
  }
  delete block;
  delete[] data;
  return nullptr;
}

BlockCache::Block* BlockCache::takeOldestClean()
{
  Block* block = oldest_;
  while (block && (block->dirty || block->users > 0))
    block = block->newer;
  if (block)
    unlink(block);
  return block;
}

void BlockCache::unlink(Block* block)
{
  Block** link = &buckets_[block->number & (number_of_buckets_ - 1)];
  while (*link != block)
    link = &(*link)->hash_next;
  *link = block->hash_next;
  (block->older ? block->older->newer : oldest_) = block->newer;
  (block->newer ? block->newer->older : newest_) = block->older;
  --cached_blocks_;
}

void BlockCache::pushNewest(Block* block)
{
  block->newer = nullptr;
  block->older = newest_;
  (newest_ ? newest_->newer : oldest_) = block;
  newest_ = block;
}

void BlockCache::touch(Block* block)
{
  if (block == newest_)
    return;
  block->newer->older = block->older; // not the newest, so there is a newer one
  (block->older ? block->older->newer : oldest_) = block->newer;
  pushNewest(block);
}

void BlockCache::drop(Block* block)
{
  assert(block->users == 0 && "a block is dropped when nobody holds it, or it was not lent yet");
  clean(block);
  unlink(block);
  delete[] block->data;
  delete block;
}

void BlockCache::clean(Block* block)
{
  dirty_blocks_ -= block->dirty;
  block->dirty = false;
}

void BlockCache::lend(Block* block, Ref& ref)
{
  ++block->users; // before the old one goes: it may be the same
  ref.reset();
  ref.cache_ = this;
  ref.block_ = block;
}
