#pragma once

#include "Heap.h"
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>

/// A Heap in a window of the host's address space.
class HeapBench
{
public:
  HeapBench(size_t window_pages, size_t budget_pages);
  ~HeapBench();

  size_t allocate(size_t size, size_t alignment);
  void free(size_t address);
  void poke(size_t address, uint8_t value);
  size_t check() const;
  Heap& heap() { return heap_; }
  size_t used_bytes() const { return heap_.getUsedBytes(); }
  size_t committed_pages() const { return memory_.committed; }

private:
  /// Pages come out of a budget, and what is not committed cannot be touched.
  class Memory : public HeapMemory
  {
  public:
    explicit Memory(size_t pages) : budget(pages) {}
    bool commit(pointer start, size_t size) override;
    void release(pointer start, size_t size) override;
    size_t budget;
    size_t committed = 0;
  };

  struct Window
  {
    explicit Window(size_t bytes);
    ~Window();
    void* start;
    size_t size;
  };

  Window window_;
  Memory memory_;
  Heap heap_;
  std::map<size_t, size_t> sizes_;
};

std::unique_ptr<HeapBench> new_heap(size_t window_pages, size_t budget_pages);
