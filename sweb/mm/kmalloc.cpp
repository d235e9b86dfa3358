#include "kmalloc.h"

#include "KernelMemoryManager.h"
#include "assert.h"
#include <new>

namespace
{
constexpr size_t DEFAULT_ALIGNMENT = 16;
} // namespace

#define CALLER reinterpret_cast<pointer>(__builtin_return_address(0))

void* kmalloc(size_t size)
{
  return KernelMemoryManager::instance()->allocateMemory(size, DEFAULT_ALIGNMENT, CALLER);
}

void* kmallocAligned(size_t size, size_t alignment, Claim claim)
{
  return KernelMemoryManager::instance()->allocateMemory(size, alignment, CALLER, claim);
}

void kfree(void* address)
{
  KernelMemoryManager::instance()->freeMemory(address, CALLER);
}

void* krealloc(void* address, size_t new_size)
{
  return KernelMemoryManager::instance()->reallocateMemory(address, new_size, CALLER);
}

const std::nothrow_t std::nothrow{};

namespace
{
void* allocateOrPanic(size_t size, size_t alignment, pointer called_by)
{
  void* memory = KernelMemoryManager::instance()->allocateMemory(size, alignment, called_by, Claim::RESERVED);
  if (!memory)
    kpanict("Out of kernel memory: new of %zu bytes at %#lx", size, called_by);
  return memory;
}
} // namespace

void* operator new(size_t size)
{
  return allocateOrPanic(size, DEFAULT_ALIGNMENT, CALLER);
}

void* operator new[](size_t size)
{
  return allocateOrPanic(size, DEFAULT_ALIGNMENT, CALLER);
}

void* operator new(size_t size, std::align_val_t alignment)
{
  return allocateOrPanic(size, static_cast<size_t>(alignment), CALLER);
}

void* operator new(size_t size, const std::nothrow_t&) noexcept
{
  return KernelMemoryManager::instance()->allocateMemory(size, DEFAULT_ALIGNMENT, CALLER);
}

void* operator new[](size_t size, const std::nothrow_t&) noexcept
{
  return KernelMemoryManager::instance()->allocateMemory(size, DEFAULT_ALIGNMENT, CALLER);
}

void operator delete(void* address) noexcept
{
  KernelMemoryManager::instance()->freeMemory(address, CALLER);
}

void operator delete[](void* address) noexcept
{
  KernelMemoryManager::instance()->freeMemory(address, CALLER);
}

void operator delete(void* address, size_t) noexcept
{
  KernelMemoryManager::instance()->freeMemory(address, CALLER);
}

void operator delete[](void* address, size_t) noexcept
{
  KernelMemoryManager::instance()->freeMemory(address, CALLER);
}

void operator delete(void* address, std::align_val_t) noexcept
{
  KernelMemoryManager::instance()->freeMemory(address, CALLER);
}

void operator delete(void* address, size_t, std::align_val_t) noexcept
{
  KernelMemoryManager::instance()->freeMemory(address, CALLER);
}
