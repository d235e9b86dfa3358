#pragma once

#include "types.h"
#include "uvector.h"

class BDVirtualDevice;

/**
 * Write-back cache of a file system's blocks, with bounded memory: clean blocks make room for new ones, least recently
 * used first. Dirty blocks are never written by chance: only flush() writes, one WriteOrder after the other, so that
 * the owner decides what a power cut can leave behind. The owner's lock guards it.
 */
class BlockCache
{
public:
  /// When a changed block goes to the disk, relative to the others.
  enum class WriteOrder : uint8
  {
    DATA,     ///< content of files; bitmaps with new allocations
    MAP,      ///< indirect blocks, which must find the allocation recorded
    INODE,    ///< inodes, which must find their data and maps
    DIRECTORY ///< names, which must find their inodes
  };

  struct Block;

  /// A block in use: it stays in memory while this lives.
  class Ref
  {
  public:
    Ref() = default;
    ~Ref() { reset(); }
    Ref(const Ref&) = delete;
    Ref& operator=(const Ref&) = delete;

    uint8* data() const;
    /// To be called with every change. A block that is dirty for several reasons keeps the latest order.
    void markDirty(WriteOrder order);
    void reset();
    explicit operator bool() const { return block_ != nullptr; }

  private:
    friend class BlockCache;
    BlockCache* cache_ = nullptr;
    Block* block_ = nullptr;
  };

  /// `memory`: bytes to use for blocks; a few blocks more are used while all are dirty. Without memory for its own
  /// needs it is not valid, and only to be destroyed.
  BlockCache(BDVirtualDevice* device, size_t block_size, size_t memory);
  ~BlockCache();
  BlockCache(const BlockCache&) = delete;
  BlockCache& operator=(const BlockCache&) = delete;

  /// False if there was no memory for the cache itself.
  [[nodiscard]] bool isValid() const { return buckets_ && run_buffer_; }

  /// The block's content, read if need be. 0, -EIO, -ENOMEM.
  int64 get(uint64 number, Ref& ref);
  /// The same for a block about to be filled: zeros, without reading.
  int64 getZeroed(uint64 number, Ref& ref);
  /// Reads `count` consecutive blocks ahead; those that are there already are left alone.
  void prefetch(uint64 number, size_t count);
  bool contains(uint64 number) const { return find(number) != nullptr; }
  /// The block's content is of no interest any more and will not be written. Who uses it at the moment keeps it.
  void forget(uint64 number);

  /// Transfers of many consecutive blocks between the disk and `buffer`, past the cache but coherent with it.
  int64 readRun(uint64 number, size_t count, void* buffer);
  int64 writeRun(uint64 number, size_t count, const void* buffer);
  /// Writes one cached block now, in front of every order.
  int64 writeThrough(Ref& ref);

  /// Writes all dirty blocks of that order, in ascending runs; blocks that could not be written stay dirty. 0 or -EIO.
  int64 flush(WriteOrder order);
  /// Has the drive empty its own cache, if anything was written since the last time.
  int64 barrier();

  size_t blockSize() const { return block_size_; }
  size_t capacity() const { return capacity_; }
  size_t dirtyBlocks() const { return dirty_blocks_; }
  size_t cachedBlocks() const { return cached_blocks_; }

private:
  static constexpr size_t RUN_BLOCKS = 16; ///< blocks moved between cache and disk at a time
  static constexpr size_t MIN_BLOCKS = 32;

  Block* find(uint64 number) const;
  Block* insert(uint64 number);
  Block* allocate();
  Block* takeOldestClean();
  void unlink(Block* block);
  void pushNewest(Block* block);
  void touch(Block* block);
  void drop(Block* block);
  void clean(Block* block);
  void lend(Block* block, Ref& ref);
  int64 readBlocks(uint64 number, size_t count, void* buffer);
  int64 writeBlocks(uint64 number, size_t count, const void* buffer);
  int64 writeDirtyRun(Block** blocks, size_t count);

  BDVirtualDevice* device_;
  const size_t block_size_;
  const size_t capacity_;
  size_t number_of_buckets_;
  Block** buckets_;
  uint8* run_buffer_; ///< RUN_BLOCKS blocks, for collecting runs
  Block* newest_ = nullptr;
  Block* oldest_ = nullptr;
  size_t cached_blocks_ = 0;
  size_t dirty_blocks_ = 0;
  bool written_since_barrier_ = false;
};

struct BlockCache::Block
{
  uint64 number;
  uint8* data;
  Block* hash_next;
  Block* newer;
  Block* older;
  uint32 users;
  WriteOrder order;
  bool dirty;
};

inline uint8* BlockCache::Ref::data() const
{
  return block_->data;
}
