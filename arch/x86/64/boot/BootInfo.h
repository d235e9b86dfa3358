#pragma once

#include "ArchCommon.h"

struct MultibootInfo;

/// Our own copy of what the boot loader told us; its structures lie in memory that will be reused.
class BootInfo
{
public:
  static constexpr size_t MAX_REGIONS = 128;
  static constexpr size_t MAX_MODULES = 16;
  static constexpr size_t MAX_COMMAND_LINE = 256;
  static constexpr size_t MAX_MODULE_NAME = 64;

  /// Copies and checks the loader's information; stops with a message if SWEB cannot run on it. The first GiB is still
  /// mapped at its physical addresses.
  static void read(uint32 multiboot_information);

  BootInfo() = delete;

private:
  friend class ArchCommon;

  static void readCommandLine(const MultibootInfo& information);
  static void readModules(const MultibootInfo& information);
  static void readMemory(const MultibootInfo& information);
  static void readMemoryMap(const MultibootInfo& information);
  static void addRegion(uint64 start, uint64 length, bool usable);

  static char command_line_[MAX_COMMAND_LINE];
  static ArchCommon::MemoryRegion regions_[MAX_REGIONS];
  static size_t region_count_;
  static ArchCommon::Module modules_[MAX_MODULES];
  static char module_names_[MAX_MODULES][MAX_MODULE_NAME];
  static size_t module_count_;
};
