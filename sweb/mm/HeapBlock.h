#pragma once

#include "types.h"

/// The header in front of every piece of the heap, used or free. Blocks lie side by side without gaps.
struct alignas(16) HeapBlock
{
  static constexpr uint64 MARKER = 0x6B'6F'6C'42'70'61'65'48; // "HeapBlok"
  static constexpr size_t USED = 1;

  uint64 marker;       ///< MARKER xor the header's own address: somebody wrote over it if it is anything else
  HeapBlock* previous; ///< the block below, null for the first
  size_t size_and_used;
  pointer called_by; ///< code that allocated the block, or freed it

  void initialise(HeapBlock* below, size_t size, bool used)
  {
    marker = MARKER ^ reinterpret_cast<uint64>(this);
    previous = below;
    size_and_used = size | (used ? USED : 0);
    called_by = 0;
  }

  [[nodiscard]] bool isIntact() const { return marker == (MARKER ^ reinterpret_cast<uint64>(this)); }

  /// Bytes behind the header; a multiple of 16.
  [[nodiscard]] size_t size() const { return size_and_used & ~USED; }
  [[nodiscard]] bool isUsed() const { return size_and_used & USED; }
  void setSize(size_t size) { size_and_used = size | (size_and_used & USED); }
  void setUsed(bool used) { size_and_used = size() | (used ? USED : 0); }

  [[nodiscard]] pointer payload() const { return reinterpret_cast<pointer>(this + 1); }
  [[nodiscard]] HeapBlock* next() const { return reinterpret_cast<HeapBlock*>(payload() + size()); }

  [[nodiscard]] static HeapBlock* of(void* payload) { return static_cast<HeapBlock*>(payload) - 1; }
};
static_assert(sizeof(HeapBlock) == 32);

/// What a free block keeps in its first bytes: its place in the list of its size class.
struct FreeHeapBlock : HeapBlock
{
  FreeHeapBlock* next_free;
  FreeHeapBlock* previous_free;
};
