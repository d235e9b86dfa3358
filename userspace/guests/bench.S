// A guest that measures what leaving it costs: does one thing fifty times, reads the time-stamp counter before and after,
// takes the best of twenty such batches less that of an empty one, and writes the ticks of one time on the text screen. In
// Bochs a tick is an instruction, so the numbers are exact and the same in every run. Then it waits for a key and switches
// its machine off.

  .set MULTIBOOT_MAGIC, 0x1BADB002
  .set SCREEN, 0xB8000
  .set ROW_BYTES, 160
  .set GREY_ON_BLACK, 0x07
  .set TURNS, 50                        // of a batch
  .set BATCHES, 20
  .set APIC_BASE, 0x1B                  // an MSR that is emulated
  .set CR0_CD, 1 << 30                  // bits whose change exits
  .set CR4_MCE, 1 << 6
  .set PIT_COUNTER, 0x40
  .set PIC_MASK, 0x21
  .set UART_LINE_STATUS, 0x3FD
  .set RTC_DATA, 0x71
  .set DELAY, 0x80                      // the port that programs write to for its slowness
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

// Does `what` in batches and prints the ticks of one time. EBX and ESI are for `what`.
  .macro measure label, what:vararg
  movl $-1, best
  movl $BATCHES, batches
1:
  movl $TURNS, %ebp
  rdtsc
  movl %eax, begin
2:
  \what
  decl %ebp
  jnz 2b
  rdtsc
  subl begin, %eax                      // a batch takes less than 2^32 ticks
  cmpl best, %eax
  jae 3f
  movl %eax, best
3:
  decl batches
  jnz 1b
  movl $4f, %esi
  call printBest
  .section .data
4: .asciz "\label"
  .section .operations                  // not loaded: for who reads the file, where each operation is
  .long 2b
  .asciz "\label"
  .text
  .endm

  .macro askCpuid
  xorl %eax, %eax
  cpuid
  .endm

  .macro hypercall
  xorl %eax, %eax
  vmcall
  .endm

  .macro readMsr
  movl $APIC_BASE, %ecx
  rdmsr
  .endm

  .macro writeMsr
  movl $APIC_BASE, %ecx
  movl %ebx, %eax
  xorl %edx, %edx
  wrmsr
  .endm

  .macro writeControlRegister name, bits
  xorl $\bits, %ebx
  movl %ebx, %\name
  .endm

  .macro readPort port
  movl $\port, %edx
  inb %dx, %al
  .endm

  .macro writePort port
  movl $\port, %edx
  outb %al, %dx
  .endm

  .macro touchPage
  movl %eax, (%ebx)
  addl $4096, %ebx
  .endm

  // What the loop itself takes, which is no part of anything below.
  measure "an empty turn"
  movl best, %eax
  movl %eax, empty
  measure "WBINVD", wbinvd
  measure "VMCALL 0", hypercall
  measure "CPUID", askCpuid
  measure "RDMSR", readMsr
  movl $APIC_BASE, %ecx
  rdmsr
  movl %eax, %ebx
  measure "WRMSR", writeMsr
  movl %cr0, %ebx
  measure "MOV to CR0", writeControlRegister cr0, CR0_CD
  movl %cr4, %ebx
  measure "MOV to CR4", writeControlRegister cr4, CR4_MCE
  measure "IN, timer's counter", readPort PIT_COUNTER
  measure "IN, interrupt mask", readPort PIC_MASK
  measure "IN, UART line status", readPort UART_LINE_STATUS
  measure "IN, clock", readPort RTC_DATA
  measure "OUT, port 0x80", writePort DELAY
  measure "read where nothing is", movl NO_MEMORY, %eax

  // Each page can be touched first only once, so this is a mean: a batch of all.
  movl $FRESH_MEMORY, %ebx
  movl $FRESH_PAGES, %ebp
  rdtsc
  movl %eax, begin
5:
  touchPage
  decl %ebp
  jnz 5b
  rdtsc
  subl begin, %eax
  xorl %edx, %edx
  movl $FRESH_PAGES, %ecx
  divl %ecx
  movl $firstTouch, %esi
  call printRow
  movl $FRESH_MEMORY, %ebx
  measure "second touch of a page", touchPage
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

// Prints what one turn of the best batch took beyond an empty one, and the text at ESI.
printBest:
  movl best, %eax
  subl empty, %eax
  xorl %edx, %edx
  movl $TURNS, %ecx
  divl %ecx

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
begin:
  .long 0
best:
  .long 0
batches:
  .long 0
empty:
  .long 0
firstTouch:
  .asciz "first touch of a page, mean"
done:
  .asciz "ticks for one time. Press a key to switch me off."

  .section .bss
  .fill 4096
stack:
