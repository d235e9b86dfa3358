// Sector 0: fetches the loader from the sectors behind it. Only the first 440 bytes are code, as on every PC disk;
// GRUB's image replaces exactly those. The partition table is part of this file, with numbers from cmake/disk.cmake.
#include "layout.h"

  .code16
  .section .bootsector, "awx"
  .globl bootSector, bootDrive
bootSector:
  cli
  ljmp $0, $1f                          // some BIOSes enter at 07C0:0000
1:
  xorw %ax, %ax
  movw %ax, %ds
  movw %ax, %es
  movw %ax, %ss
  movw $BOOT_ADDRESS, %sp
  sti
  cld
  movb %dl, bootDrive

  movb $0x42, %ah                       // extended read: the drive is in DL
  movw $loaderPacket, %si
  int $0x13
  jnc loader

  movw $message, %si
2:
  lodsb
  testb %al, %al
  jz 3f
  movb $0x0E, %ah
  xorw %bx, %bx
  int $0x10
  jmp 2b
3:
  hlt
  jmp 3b

message:
  .asciz "SWEB: the disk cannot be read (BIOS without LBA?)\r\n"
bootDrive:
  .byte 0x80
  .balign 4
loaderPacket:                           // disk address packet: size, sectors, offset, segment, LBA
  .word 16, LOADER_SECTORS + 1, BOOT_ADDRESS + 512, 0
  .quad LOADER_SECTOR

  .org 440
  .long 0x42455753                      // disk signature: "SWEB"
  .word 0

// A partition entry; the cylinder fields say "look at the LBA".
  .macro partition start, sectors
  .byte 0, 0xFE, 0xFF, 0xFF, 0x81, 0xFE, 0xFF, 0xFF
  .long \start, \sectors
  .endm
  .org 446
  partition PART1_START, PART1_SECTORS
  partition PART2_START, PART2_SECTORS
  partition PART3_START, PART3_SECTORS
  .org 510
  .word 0xAA55
