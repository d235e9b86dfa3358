#pragma once

#include "types.h"

/// The flags of debug(). A flag is a colour (ANSI number), and the bit that says whether its lines are printed.
/// To see a module's messages, move its line to the enabled ones.
namespace debug_flags
{
constexpr uint32 OUTPUT_ENABLED = 0x80000000;
constexpr uint32 OUTPUT_ADVANCED = 0x70000000;
constexpr uint32 COLOUR_MASK = 0xFF;

constexpr uint32 Ansi_Red = 31;
constexpr uint32 Ansi_Green = 32;
constexpr uint32 Ansi_Yellow = 33;
constexpr uint32 Ansi_Blue = 34;
constexpr uint32 Ansi_Magenta = 35;
constexpr uint32 Ansi_Cyan = 36;
constexpr uint32 Ansi_White = 37;

// group kernel
constexpr uint32 LOCK = Ansi_Yellow | OUTPUT_ENABLED;
constexpr uint32 SCHEDULER = Ansi_Yellow | OUTPUT_ENABLED;
constexpr uint32 PROCESS_REG = Ansi_Yellow | OUTPUT_ENABLED;
constexpr uint32 LOADER = Ansi_White | OUTPUT_ENABLED;
constexpr uint32 SYSCALL = Ansi_Blue | OUTPUT_ENABLED;
constexpr uint32 MAIN = Ansi_Red | OUTPUT_ENABLED;
constexpr uint32 THREAD = Ansi_Magenta | OUTPUT_ENABLED;
constexpr uint32 USERPROCESS = Ansi_Cyan | OUTPUT_ENABLED;
constexpr uint32 USERTRACE = Ansi_Red | OUTPUT_ENABLED;
constexpr uint32 BACKTRACE = Ansi_Cyan | OUTPUT_ENABLED;
constexpr uint32 CPU_ERROR = Ansi_Red | OUTPUT_ENABLED;
constexpr uint32 KPRINTF = Ansi_Yellow;
constexpr uint32 CONSOLE = Ansi_Yellow;

// group memory management
constexpr uint32 PM = Ansi_Green | OUTPUT_ENABLED;
constexpr uint32 PAGEFAULT = Ansi_Green | OUTPUT_ENABLED;
constexpr uint32 KMM = Ansi_Yellow;

// group architecture
constexpr uint32 A_BOOT = Ansi_Yellow | OUTPUT_ENABLED;
constexpr uint32 A_COMMON = Ansi_Yellow;
constexpr uint32 A_MEMORY = Ansi_Yellow;
constexpr uint32 A_SERIALPORT = Ansi_Yellow;
constexpr uint32 A_KB_MANAGER = Ansi_Yellow;
constexpr uint32 A_INTERRUPTS = Ansi_Yellow;

// group block devices and drivers
constexpr uint32 BD_MANAGER = Ansi_Yellow;
constexpr uint32 BD_VIRT_DEVICE = Ansi_Yellow;
constexpr uint32 DRIVER = Ansi_Yellow;
constexpr uint32 ATA_DRIVER = Ansi_Yellow;
constexpr uint32 IDE_DRIVER = Ansi_Yellow;

// group file system
constexpr uint32 VFS = Ansi_Yellow | OUTPUT_ENABLED;
constexpr uint32 FS = Ansi_Yellow;
constexpr uint32 RAMFS = Ansi_White;
constexpr uint32 DENTRY = Ansi_Blue;
constexpr uint32 INODE = Ansi_Blue;
constexpr uint32 PATHWALKER = Ansi_Yellow;
constexpr uint32 VFSSYSCALL = Ansi_Yellow;
constexpr uint32 VFS_FILE = Ansi_Yellow;
constexpr uint32 SUPERBLOCK = Ansi_Yellow;
constexpr uint32 M_STORAGE_MANAGER = Ansi_Yellow;
constexpr uint32 M_INODE = Ansi_Yellow;
constexpr uint32 M_SB = Ansi_Yellow;
constexpr uint32 M_ZONE = Ansi_Yellow;

// group virtual machines
constexpr uint32 VM = Ansi_Cyan | OUTPUT_ENABLED;
constexpr uint32 HYPERVISOR = Ansi_Cyan | OUTPUT_ENABLED;
} // namespace debug_flags

/// Prints a line's tag and text on the debug port; use debug(), which costs nothing for a disabled flag.
void debugPrint(uint32 flag, const char* name, const char* format, ...) __attribute__((format(printf, 3, 4)));

/// debug(FLAG, "format", ...): a debug message, printf-like, that ends in its own newline. FLAG is a name from
/// debug_flags. Callable in any context. The arguments of a disabled flag are checked by the compiler, not evaluated.
#define debug(flag, ...)                                                                                               \
  do                                                                                                                   \
  {                                                                                                                    \
    if constexpr ((debug_flags::flag & debug_flags::OUTPUT_ENABLED) != 0)                                              \
      debugPrint(debug_flags::flag, #flag, __VA_ARGS__);                                                               \
    else if (false)                                                                                                    \
      debugPrint(debug_flags::flag, #flag, __VA_ARGS__);                                                               \
  } while (false)
