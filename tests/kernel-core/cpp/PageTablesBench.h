#pragma once

#include "rust/cxx.h"
#include <cstddef>
#include <cstdint>
#include <memory>

/// The kernel's PageTables over an array of pages.
class PageTablesBench
{
public:
  explicit PageTablesBench(size_t budget);

  bool map(uint64_t page, uint64_t frame);
  uint64_t unmap(uint64_t page);
  void map_large(uint64_t page, uint64_t frame);
  uint64_t frame_of(uint64_t page) const;
  uint64_t size_of(uint64_t page) const;
  rust::Vec<uint64_t> destroy();
  size_t table_pages() const;

private:
  uint64_t root_;
};

std::unique_ptr<PageTablesBench> new_page_tables(size_t budget);
