#pragma once

#include "types.h"

/// Makes allocations fail on purpose, so that tests see what happens: of pages, and of heap memory, wherever the one
/// who asks has to be able to go on without. Serves the system call sc_fail_allocations.
///
/// Usable with interrupts enabled or disabled.
class AllocationFaults
{
public:
  /// From now on, `count` allocations fail, beginning with the `first` (1: the next). With a count of 0 none fails.
  /// Returns how many allocations there were since the last call.
  static size_t arm(size_t first, size_t count);

  /// To be asked by every allocation: true if it shall fail.
  [[nodiscard]] static bool strike();

  AllocationFaults() = delete;
};
