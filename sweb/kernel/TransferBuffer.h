#pragma once

#include "kmalloc.h"
#include "types.h"

/// Kernel memory for data on its way between a process and a file. Files only take kernel memory: a page of the process
/// may have to be loaded from the very disk that is transferring.
class TransferBuffer
{
public:
  /// What a drive of a virtual machine gives in one piece, because a command costs a guest several exits, and what the
  /// heap keeps for the next one.
  static constexpr size_t LARGEST = 64 * 1024;

  /// Room for `wanted` bytes, at most LARGEST.
  explicit TransferBuffer(size_t wanted)
      : size_(wanted < LARGEST ? wanted : LARGEST), data_(static_cast<char*>(kmalloc(size_ > 0 ? size_ : 1)))
  {
  }

  ~TransferBuffer() { kfree(data_); }
  TransferBuffer(const TransferBuffer&) = delete;
  TransferBuffer& operator=(const TransferBuffer&) = delete;

  /// False if there was no memory.
  [[nodiscard]] bool isValid() const { return data_ != nullptr; }
  [[nodiscard]] char* data() const { return data_; }
  [[nodiscard]] size_t size() const { return size_; }

private:
  size_t size_;
  char* data_;
};
