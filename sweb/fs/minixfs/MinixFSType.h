#pragma once

#include "FileSystemType.h"

/// Minix file systems of version 1, 2 and 3, for reading and writing.
class MinixFSType : public FileSystemType
{
public:
  MinixFSType() : FileSystemType("minixfs", true) {}
  int64 createSuper(BDVirtualDevice* device, bool read_only, Superblock*& superblock) override;

  /// Bytes of memory each mounted file system may use to cache blocks. For file systems mounted later.
  static void setCacheMemory(size_t bytes) { cache_memory_ = bytes; }

private:
  static size_t cache_memory_;
};
