#pragma once

#include "types.h"

/// Hands out physical memory behind the kernel image before there is a PageManager: for page tables and the page
/// manager's bitmap. Nothing is ever given back.
class BootMemory
{
public:
  /// Contiguous, zeroed pages below 1 GiB that no module uses; the number of the first. Stops with a message when there
  /// are none.
  [[nodiscard]] static uint64 allocatePages(size_t count);

  /// First physical address behind everything that was handed out. What lies between the kernel image and this is in
  /// use.
  [[nodiscard]] static uint64 getEnd();

  /// The CPU reaches physical memory at this address plus its physical address: the identity mapping first, then the
  /// ident window.
  static void setWindow(pointer window) { window_ = window; }
  [[nodiscard]] static void* at(uint64 physical) { return reinterpret_cast<void*>(window_ + physical); }

  BootMemory() = delete;

private:
  static bool isFree(uint64 start, uint64 end, uint64& next_candidate);

  static uint64 end_;
  static pointer window_;
};
