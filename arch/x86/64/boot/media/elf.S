// Loading the kernel's segments as its ELF32 program headers say.
#include "layout.h"

  .set E_ENTRY, 24
  .set E_PHOFF, 28
  .set E_PHENTSIZE, 42
  .set E_PHNUM, 44
  .set P_TYPE, 0
  .set P_OFFSET, 4
  .set P_VADDR, 8
  .set P_PADDR, 12
  .set P_FILESZ, 16
  .set P_MEMSZ, 20
  .set PT_LOAD, 1

  .code16
  .text
  .globl loadKernel, kernelEntry
loadKernel:
  movl $KERNEL_SECTOR, %eax
  movw $8, %cx
  call readSectors
  movl $BOUNCE_ADDRESS, %esi
  movl $ELF_HEADER_ADDRESS, %edi
  movl $8 * 512, %ecx
  call copyFlat

  movw $ELF_HEADER_ADDRESS, %di
  movw $noKernel, %si
  cmpl $0x464C457F, (%di)               // "\x7FELF"
  jne fail
  movl E_ENTRY(%di), %eax
  movl %eax, kernelEntry
  movw E_PHNUM(%di), %cx
  movw E_PHOFF(%di), %bx
  addw %di, %bx
1:
  cmpl $PT_LOAD, P_TYPE(%bx)
  jne 2f
  call translateEntry
  call loadSegment
2:
  addw $32, %bx
  loop 1b
  ret

// The entry may be given as a virtual address; the kernel is entered without paging. BX: program header.
translateEntry:
  movl ELF_HEADER_ADDRESS + E_ENTRY, %eax
  subl P_VADDR(%bx), %eax
  cmpl P_MEMSZ(%bx), %eax
  jae 1f
  addl P_PADDR(%bx), %eax
  movl %eax, kernelEntry
1:
  ret

// Reads the segment's part of the file, a bounce buffer at a time, and clears the rest. BX: program header.
loadSegment:
  pushal
  movl P_OFFSET(%bx), %eax
  movl %eax, %edx
  shrl $9, %eax
  addl $KERNEL_SECTOR, %eax             // EAX: next sector
  andl $511, %edx                       // EDX: bytes of it before the segment
  movl P_FILESZ(%bx), %ebp              // EBP: bytes to go
  movl P_PADDR(%bx), %edi               // EDI: where they go
1:
  testl %ebp, %ebp
  jz 3f
  movw $BOUNCE_SECTORS, %cx
  call readSectors
  addl $BOUNCE_SECTORS, %eax
  movl $BOUNCE_ADDRESS, %esi
  addl %edx, %esi
  movl $BOUNCE_SECTORS * 512, %ecx
  subl %edx, %ecx
  cmpl %ebp, %ecx
  jbe 2f
  movl %ebp, %ecx
2:
  call copyFlat
  addl %ecx, %edi
  subl %ecx, %ebp
  xorl %edx, %edx
  jmp 1b
3:
  movl P_MEMSZ(%bx), %ecx
  subl P_FILESZ(%bx), %ecx
  call clearFlat
  popal
  ret

noKernel:
  .asciz "SWEB loader: there is no ELF kernel at sector 2048\r\n"
  .balign 4
kernelEntry:
  .long 0
