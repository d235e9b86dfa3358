// The loader: what GRUB does for a Multiboot kernel, in a few hundred instructions, so that an emulator is at the
// kernel's entry at once. Reads the ELF file at KERNEL_SECTOR, asks the BIOS for the memory map, and enters the kernel
// as the Multiboot specification says ("3.2 Machine state").
#include "layout.h"

  .code16
  .section .loader, "awx"
  .globl loader
loader:
  call enableA20
  call readMemoryMap
  call loadKernel
  call fillBootInformation

  cli
  lgdt flatGdt
  movl %cr0, %eax
  orl $1, %eax
  movl %eax, %cr0
  ljmp $FLAT_CODE, $1f
  .code32
1:
  movw $FLAT_DATA, %ax
  movw %ax, %ds
  movw %ax, %es
  movw %ax, %fs
  movw %ax, %gs
  movw %ax, %ss
  movl $0x2BADB002, %eax                // what a Multiboot loader leaves in EAX
  movl $bootInformation, %ebx
  jmp *kernelEntry

  .code16
// The kernel lies above 1 MiB, where address line 20 matters. Asks the BIOS; where it knows nothing, port 0x92 does it.
enableA20:
  movw $0x2401, %ax
  int $0x15
  jnc 1f
  inb $0x92, %al
  orb $2, %al
  andb $0xFE, %al                       // bit 0 would reset the machine
  outb %al, $0x92
1:
  ret

// Prints the text at SI on the screen and on the debug port, and stops.
  .globl fail
fail:
  lodsb
  testb %al, %al
  jz 1f
  outb %al, $0xE9
  movb $0x0E, %ah
  xorw %bx, %bx
  int $0x10
  jmp fail
1:
  hlt
  jmp 1b

  .balign 8
flatDescriptors:
  .quad 0
  .quad 0x00CF9A000000FFFF              // code, base 0, 4 GiB
  .quad 0x00CF92000000FFFF              // data, base 0, 4 GiB
flatGdtEnd:
  .globl flatGdt
flatGdt:
  .word flatGdtEnd - flatDescriptors - 1
  .long flatDescriptors
  .set FLAT_CODE, 0x08
  .set FLAT_DATA, 0x10
