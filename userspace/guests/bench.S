// A guest that measures what leaving it costs: does one thing many times, reads the time-stamp counter before and after,
// and writes the ticks of one time on the text screen. In Bochs a tick is an instruction, so the numbers are exact and the
// same in every run. Then it waits for a key and switches its machine off.

  .set MULTIBOOT_MAGIC, 0x1BADB002
  .set SCREEN, 0xB8000
  .set ROW_BYTES, 160
  .set GREY_ON_BLACK, 0x07
  .set TIMES, 1000
  .set PIC_MASK, 0x21                   // a device model's register without side effects
  .set NO_MEMORY, 0xE0000000            // an address where no RAM and no device is
  .set FRESH_MEMORY, 0x400000           // RAM that nobody has touched yet
  .set FRESH_PAGES, 2048

  .section .multiboot, "a"
  .long MULTIBOOT_MAGIC, 0, -MULTIBOOT_MAGIC

  .text
  .globl start
start:
  movl $stack, %esp
  cld
  movl $SCREEN, %edi
  movw $GREY_ON_BLACK << 8 | ' ', %ax
  movl $ROW_BYTES / 2 * 25, %ecx
  rep stosw

// Does `what` so many times and prints the ticks of one time. EBP counts; EBX is for `what`.
  .macro measure label, times, what:vararg
  movl $\times, %ebp
  rdtsc
  pushl %eax
1:
  \what
  decl %ebp
  jnz 1b
  rdtsc
  popl %ecx
  subl %ecx, %eax                       // a run takes less than 2^32 ticks
  xorl %edx, %edx
  movl $\times, %ecx
  divl %ecx
  movl $2f, %esi
  call printRow
  .section .data
2: .asciz "\label"
  .text
  .endm

  .macro askCpuid
  xorl %eax, %eax
  cpuid
  .endm

  .macro touchPage
  movl %eax, (%ebx)
  addl $4096, %ebx
  .endm

  measure "an empty turn of the loop", TIMES, nop
  measure "CPUID", TIMES, askCpuid
  measure "reading a port of a device model", TIMES, inb $PIC_MASK, %al
  measure "reading an address without memory", TIMES, movl NO_MEMORY, %eax
  movl $FRESH_MEMORY, %ebx
  measure "first touch of a page of RAM", FRESH_PAGES, touchPage
  movl $FRESH_MEMORY, %ebx
  measure "second touch of a page of RAM", FRESH_PAGES, touchPage
  xorl %eax, %eax
  movl $done, %esi
  call printText

waitForKey:
  inb $0x64, %al
  pause
  testb $1, %al
  jz waitForKey
  inb $0x60, %al
  testb %al, %al
  js waitForKey
  movw $0x604, %dx
  movw $0x2000, %ax
  outw %ax, %dx
3:
  cli
  hlt
  jmp 3b

// Prints EAX in ten columns and the text at ESI, and goes to the next row.
printRow:
  movl row, %edi
  addl $2 * 10, %edi
  movl $10, %ecx
1:
  xorl %edx, %edx
  divl %ecx
  addb $'0', %dl
  subl $2, %edi
  movb %dl, (%edi)
  testl %eax, %eax
  jnz 1b
printText:
  movl row, %edi
  addl $ROW_BYTES, row
  addl $2 * 12, %edi
2:
  lodsb
  testb %al, %al
  jz 3f
  movb %al, (%edi)
  addl $2, %edi
  jmp 2b
3:
  ret

  .section .data
row:
  .long SCREEN
done:
  .asciz "ticks for one time. Press a key to switch me off."

  .section .bss
  .fill 4096
stack:
