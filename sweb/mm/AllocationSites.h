#pragma once

#include "types.h"

/// Heap memory summed up by the code that allocated it, for the heap dump. Small enough for a kernel stack.
class AllocationSites
{
public:
  static constexpr size_t MAX_SITES = 48;

  void add(pointer called_by, size_t bytes);

  /// Prints the sites to the debug output, the largest first.
  void print();

private:
  struct Site
  {
    pointer called_by;
    size_t blocks;
    size_t bytes;
  };

  Site sites_[MAX_SITES] = {};
  size_t count_ = 0;
  Site others_ = {}; ///< what no longer fitted in the table
};
