#pragma once

#include "types.h"

/// The information block of a Multiboot 1 loader ("Multiboot Specification version 0.6.96", "Boot information format"),
/// as far as SWEB reads it. All addresses are physical.
struct MultibootInfo
{
  static constexpr uint32 HAS_MEMORY_SIZES = 1 << 0;
  static constexpr uint32 HAS_COMMAND_LINE = 1 << 2;
  static constexpr uint32 HAS_MODULES = 1 << 3;
  static constexpr uint32 HAS_MEMORY_MAP = 1 << 6;

  uint32 flags;
  uint32 memory_lower; ///< KiB from address 0
  uint32 memory_upper; ///< KiB from 1 MiB
  uint32 boot_device;
  uint32 command_line;
  uint32 module_count;
  uint32 modules;
  uint32 symbols[4];
  uint32 memory_map_length; ///< bytes
  uint32 memory_map;
};

struct MultibootModule
{
  uint32 start;
  uint32 end;
  uint32 command_line;
  uint32 reserved;
};

/// An entry of the memory map; the next one is `size` + 4 bytes further on.
struct [[gnu::packed]] MultibootMemoryRegion
{
  static constexpr uint32 AVAILABLE = 1;

  uint32 size; ///< of what follows
  uint64 base;
  uint64 length;
  uint32 type;
};
