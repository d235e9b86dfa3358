#pragma once

#include "Claim.h"
#include "types.h"

/// Pages of a kernel window, mapped to frames of their own.
class MappedRange
{
public:
  /// Maps `pages` fresh, zeroed frames from `start` on; false, with nothing changed, when out of memory.
  [[nodiscard]] static bool map(pointer start, size_t pages, Claim claim = Claim::ORDINARY);

  /// Unmaps them and frees the frames.
  static void unmap(pointer start, size_t pages);

  MappedRange() = delete;
};
