// What the kernel is told: the BIOS's memory map and the command line, as a Multiboot 1 information structure.
#include "layout.h"

  .code16
  .text

// INT 15h, AX=E820h. Each entry is preceded by its size, as Multiboot wants them.
  .globl readMemoryMap
readMemoryMap:
  movw $MEMORY_MAP_ADDRESS + 4, %di
  xorl %ebx, %ebx
1:
  movl $0xE820, %eax
  movl $0x534D4150, %edx                // "SMAP"
  movl $20, %ecx
  int $0x15
  jc 3f
  cmpl $0x534D4150, %eax
  jne 3f
  movl $20, -4(%di)
  call noteUpperMemory
  addw $24, %di
  testl %ebx, %ebx
  jz 3f
  cmpw $MEMORY_MAP_ADDRESS + MEMORY_MAP_ENTRIES * 24, %di
  jb 1b
3:
  movw $noMemoryMap, %si
  subw $MEMORY_MAP_ADDRESS + 4, %di
  jz fail
  movw %di, mapLength
  ret

// mem_upper counts the KiB of free memory that start at 1 MiB. DI: entry.
noteUpperMemory:
  cmpl $0x100000, (%di)
  jne 1f
  cmpl $0, 4(%di)
  jne 1f
  cmpl $1, 16(%di)
  jne 1f
  movl 8(%di), %eax
  movl 12(%di), %edx
  shrdl $10, %edx, %eax
  movl %eax, memoryUpper
1:
  ret

  .globl fillBootInformation
fillBootInformation:
  int $0x12                             // AX: KiB below 1 MiB
  movw %ax, memoryLower
  movb bootDrive, %al
  movb %al, bootDevice + 3
  ret

noMemoryMap:
  .asciz "SWEB loader: the BIOS has no memory map (E820)\r\n"
loaderName:
  .asciz "SWEB fast boot"

  .balign 4
  .globl bootInformation
bootInformation:
  .long 0x247                           // valid: memory, boot device, command line, memory map, loader's name
memoryLower:
  .long 0
memoryUpper:
  .long 0
bootDevice:
  .long 0x80FFFFFF                      // drive in the highest byte, no partition
  .long COMMAND_LINE_ADDRESS
  .long 0, 0                            // modules
  .long 0, 0, 0, 0                      // symbols
mapLength:
  .long 0
  .long MEMORY_MAP_ADDRESS
  .long 0, 0                            // drives
  .long 0                               // configuration table
  .long loaderName
  .long 0                               // APM
