#pragma once

#include "types.h"

/// What the machine and its boot loader told us.
class ArchCommon
{
public:
  /// A range of physical memory from the loader's map.
  struct MemoryRegion
  {
    uint64 start; ///< physical address
    uint64 end;   ///< first address behind it
    bool usable;  ///< RAM free for the kernel's use
  };

  /// A boot module.
  struct Module
  {
    uint64 start; ///< physical address
    uint64 end;
    const char* name;
  };

  /// The command line the boot loader passed, without a length limit worth mentioning (longer ones are cut at 255).
  /// Never null.
  [[nodiscard]] static const char* commandLine();

  /// True if the command line contains `word` as a whole, blank-separated word.
  [[nodiscard]] static bool commandLineHas(const char* word);

  [[nodiscard]] static size_t getNumMemoryRegions();
  [[nodiscard]] static const MemoryRegion& getMemoryRegion(size_t index);

  [[nodiscard]] static size_t getNumModules();
  [[nodiscard]] static const Module& getModule(size_t index);

  /// First byte and first byte behind the kernel image, .bss included; physical addresses.
  [[nodiscard]] static uint64 getKernelStartPhysical();
  [[nodiscard]] static uint64 getKernelEndPhysical();

  /// True if the CPU says that it is a virtual one.
  [[nodiscard]] static bool isVirtualMachine();

  /// VGA text memory (80x25 character cells) in the kernel's window; device memory, uncached by the MTRRs.
  [[nodiscard]] static uint16* getFBPtr();

  /// Halts until the next interrupt. Interrupts must be disabled; they are enabled while halted and on return, with no
  /// gap in between, so an interrupt that comes after the caller's last check still ends the halt.
  static void idle();

  /// Stops this CPU for good.
  [[noreturn]] static void halt();

  ArchCommon() = delete;
};
