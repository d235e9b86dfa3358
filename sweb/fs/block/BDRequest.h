#pragma once

#include "types.h"

/// A transfer of whole sectors between a drive and kernel memory. A plain value: who executes it keeps no pointer to
/// it.
struct BDRequest
{
  enum class Command : uint8
  {
    READ,
    WRITE,
    FLUSH ///< everything written so far is safe against a power cut when this is done
  };

  Command command;
  uint64 start_sector = 0;
  size_t num_sectors = 0;
  void* buffer = nullptr; ///< not changed by WRITE
};
