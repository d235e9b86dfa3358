#pragma once

#include "RamFSInode.h"

/// A file in memory, as chunks that exist only where something was written.
class RamFSFile : public RamFSInode
{
public:
  static constexpr size_t CHUNK_SIZE = 4096;

  RamFSFile(RamFSSuperblock* superblock, uint32 mode) : RamFSInode(superblock, InodeType::FILE, mode) {}

  uint64 getSize() override;
  ssize_t readData(uint64 offset, size_t size, void* buffer) override;
  ssize_t writeData(uint64 offset, size_t size, const void* buffer) override;
  ssize_t appendData(size_t size, const void* buffer) override;
  int64 truncate(uint64 size) override;

private:
  /// No file grows beyond this: its table of chunks is one array on the kernel heap.
  static constexpr uint64 MAX_SIZE = 256UL << 20;

  ~RamFSFile() override;

  ssize_t write(uint64 offset, size_t size, const char* buffer);
  /// The chunk at that index, made if missing; null when out of memory.
  char* chunkForWriting(size_t index);
  void freeChunksFrom(size_t index);
  /// Counts what the table of chunks takes now: a file of holes is little else.
  void countTable();

  ustl::vector<char*> chunks_; ///< null: a hole of zeros
  size_t table_blocks_ = 0;    ///< of the superblock's count
  uint64 size_ = 0;
};
