// Where the boot medium keeps what, shared by the boot code and by the rule that writes the disk (cmake/image.cmake).
#pragma once

// Sectors of 512 bytes, counted from the start of the disk.
#define LOADER_SECTOR 1
#define LOADER_SECTORS 14
#define COMMAND_LINE_SECTOR 15
#define KERNEL_SECTOR 2048

// Physical memory below 1 MiB while the loader runs. The BIOS puts sector 0 at BOOT_ADDRESS; what follows it on the
// disk follows it in memory, the command line included.
#define BOOT_ADDRESS 0x7C00
#define COMMAND_LINE_ADDRESS (BOOT_ADDRESS + COMMAND_LINE_SECTOR * 512)
#define ELF_HEADER_ADDRESS 0xA000
#define MEMORY_MAP_ADDRESS 0xB000
#define MEMORY_MAP_ENTRIES 128
#define BOUNCE_ADDRESS 0x10000
#define BOUNCE_SECTORS 64
