#pragma once

#include "SpinLock.h"
#include "types.h"

/// The kernel heap. It lives in its own window of the address space and gets a page where one is first needed.
class KernelMemoryManager
{
public:
  [[nodiscard]] static KernelMemoryManager* instance() { return &instance_; }

  [[nodiscard]] void* allocateMemory(size_t size, size_t alignment, pointer called_by);
  void freeMemory(void* address, pointer called_by);
  [[nodiscard]] void* reallocateMemory(void* address, size_t new_size, pointer called_by);

  /// Bytes handed out at the moment; with `show`, prints the heap's figures and allocation sites to the debug output.
  size_t getUsedKernelMemory(bool show);

private:
  constexpr KernelMemoryManager() : lock_("KernelMemoryManager") {}

  static KernelMemoryManager instance_;

  SpinLock lock_;
};
