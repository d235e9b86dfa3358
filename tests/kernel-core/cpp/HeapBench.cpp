#include "HeapBench.h"

#include <cstring>
#include <stdexcept>
#include <string>
#include <sys/mman.h>

namespace
{
uint8_t patternOf(size_t address)
{
  return static_cast<uint8_t>(address >> 4 ^ address >> 12 ^ 0x5A);
}
} // namespace

HeapBench::Window::Window(size_t bytes)
    : start(mmap(nullptr, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)), size(bytes)
{
  if (start == MAP_FAILED)
    throw std::runtime_error("no address space");
}

HeapBench::Window::~Window()
{
  munmap(start, size);
}

bool HeapBench::Memory::commit(pointer start, size_t size)
{
  if (size / Heap::PAGE > budget - committed)
    return false;
  committed += size / Heap::PAGE;
  return mprotect(reinterpret_cast<void*>(start), size, PROT_READ | PROT_WRITE) == 0;
}

void HeapBench::Memory::release(pointer start, size_t size)
{
  committed -= size / Heap::PAGE;
  madvise(reinterpret_cast<void*>(start), size, MADV_DONTNEED);
  mprotect(reinterpret_cast<void*>(start), size, PROT_NONE);
}

HeapBench::HeapBench(size_t window_pages, size_t budget_pages)
    : window_(window_pages * Heap::PAGE), memory_(budget_pages),
      heap_(memory_, reinterpret_cast<pointer>(window_.start), window_pages * Heap::PAGE)
{
}

HeapBench::~HeapBench() = default;

size_t HeapBench::allocate(size_t size, size_t alignment)
{
  void* memory = heap_.allocate(size, alignment, 0);
  if (!memory)
    return 0;
  const auto address = reinterpret_cast<size_t>(memory);
  std::memset(memory, patternOf(address), size);
  sizes_[address] = size;
  return address;
}

void HeapBench::free(size_t address)
{
  if (const auto entry = sizes_.find(address); entry != sizes_.end())
  {
    for (size_t i = 0; i < entry->second; ++i)
      if (reinterpret_cast<uint8_t*>(address)[i] != patternOf(address))
        throw std::runtime_error("byte " + std::to_string(i) + " of an allocation changed");
    sizes_.erase(entry);
  }
  heap_.free(reinterpret_cast<void*>(address), 0);
}

void HeapBench::poke(size_t address, uint8_t value)
{
  *reinterpret_cast<uint8_t*>(address) = value;
}

size_t HeapBench::check() const
{
  size_t used = 0;
  const HeapBlock* below = nullptr;
  heap_.forEachBlock(
      [&](const HeapBlock& block)
      {
        if (block.previous != below)
          throw std::runtime_error("a block does not know the one below it");
        if (below && !below->isUsed() && !block.isUsed())
          throw std::runtime_error("two free blocks are neighbours");
        if (block.isUsed())
          used += block.size();
        below = &block;
      });
  return used;
}

std::unique_ptr<HeapBench> new_heap(size_t window_pages, size_t budget_pages)
{
  return std::make_unique<HeapBench>(window_pages, budget_pages);
}
