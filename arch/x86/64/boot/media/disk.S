// Reading the disk, and copying to where real mode cannot reach.
#include "layout.h"

  .code16
  .text

// Reads CX sectors (at most BOUNCE_SECTORS) from LBA EAX to the bounce buffer.
  .globl readSectors
readSectors:
  pushal
  movw %cx, packetSectors
  movl %eax, packetLba
  movb $0x42, %ah
  movb bootDrive, %dl
  movw $packet, %si
  int $0x13
  movw $readError, %si
  jc fail
  popal
  ret

// Copies ECX bytes from physical ESI to physical EDI. Goes to protected mode for it each time: the BIOS may have
// changed the segment limits meanwhile. CS keeps its real-mode descriptor, so no far jump is needed.
  .globl copyFlat
copyFlat:
  pushal
  call enterFlat
  movl %ecx, %edx
  shrl $2, %ecx
  addr32 rep movsl
  movl %edx, %ecx
  andl $3, %ecx
  addr32 rep movsb
  call leaveFlat
  popal
  ret

// Clears ECX bytes from physical EDI.
  .globl clearFlat
clearFlat:
  pushal
  call enterFlat
  xorl %eax, %eax
  movl %ecx, %edx
  shrl $2, %ecx
  addr32 rep stosl
  movl %edx, %ecx
  andl $3, %ecx
  addr32 rep stosb
  call leaveFlat
  popal
  ret

enterFlat:
  cli
  lgdt flatGdt
  movl %cr0, %eax
  orb $1, %al
  movl %eax, %cr0
  movw $0x10, %ax
  movw %ax, %ds
  movw %ax, %es
  ret

leaveFlat:
  movl %cr0, %eax
  andb $0xFE, %al
  movl %eax, %cr0
  xorw %ax, %ax
  movw %ax, %ds
  movw %ax, %es
  sti
  ret

readError:
  .asciz "SWEB loader: the disk cannot be read\r\n"
  .balign 4
packet:
  .word 16
packetSectors:
  .word 0, 0, BOUNCE_ADDRESS >> 4
packetLba:
  .quad 0
