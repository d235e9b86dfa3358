// A guest that measures what leaving it costs: does one thing fifty times, reads the time-stamp counter before and after,
// takes the best of twenty such batches less that of an empty one, and writes the ticks of one time on the text screen. Then
// it waits for a key and switches its machine off. It runs on a bare machine too: any Multiboot loader starts it.
#include "measure.inc"

  .section .multiboot, "a"
  .set MULTIBOOT_MAGIC, 0x1BADB002
  .long MULTIBOOT_MAGIC, 0, -MULTIBOOT_MAGIC

  .text
  .globl start
start:
  movl $stack, %esp
  cld
  call clearScreen
  call setUpInterrupts
  call findMeasurementsOwnTicks

  .macro askCpuid
  xorl %eax, %eax
  cpuid
  .endm

  .macro hypercall
  xorl %eax, %eax
  vmcall
  .endm

  .macro readMsr number
  movl $\number, %ecx
  rdmsr
  .endm

  .macro writeMsr number
  movl $\number, %ecx
  movl %ebx, %eax
  xorl %edx, %edx
  wrmsr
  .endm

  // EBX: what the MSR holds.
  .macro rememberMsr number
  readMsr \number
  movl %eax, %ebx
  .endm

  .macro writeControlRegister name, bits
  xorl $\bits, %ebx
  movl %ebx, %\name
  .endm

  .macro loadCr3
  movl %cr3, %eax
  movl %eax, %cr3
  .endm

  .macro readPort port
  movl $\port, %edx
  inb %dx, %al
  .endm

  .macro writePort port
  movl $\port, %edx
  outb %al, %dx
  .endm

  .macro writeString
  movl $buffer, %esi
  movl $64, %ecx
  movl $DELAY, %edx
  rep outsb
  .endm

  .macro readSector
  movl $buffer, %edi
  movl $SECTOR_WORDS, %ecx
  movl $IDE_DATA, %edx
  rep insw
  .endm

  .macro touch stride
  movl %eax, (%ebx)
  addl $\stride, %ebx
  .endm

  movl emptyBatch, %eax
  report "an empty turn", $0, TURNS
  measure "WBINVD", wbinvd

  // Only a hypervisor that says it is one knows hypercalls; a bare machine does not.
  movl $1, %eax
  cpuid
  testl %ecx, %ecx
  jns bareMachine
  measure "VMCALL 0", hypercall
bareMachine:

  measure "CPUID", askCpuid
  measure "RDMSR", readMsr IA32_APIC_BASE
  rememberMsr IA32_APIC_BASE
  measure "WRMSR", writeMsr IA32_APIC_BASE
  measure "RDMSR, EFER", readMsr IA32_EFER
  rememberMsr IA32_FS_BASE
  measure "WRMSR, FS base", writeMsr IA32_FS_BASE
  movl %cr0, %ebx
  andl $~(CR0_CD | CR0_NW), %ebx        // after a reset both are set, and NW without CD is no state
  movl %ebx, %cr0
  measure "MOV to CR0", writeControlRegister cr0, CR0_CD
  movl %cr0, %ebx
  measure "MOV to CR0, task switched", writeControlRegister cr0, CR0_TS
  measure "CLTS", clts
  movl %cr4, %ebx
  measure "MOV to CR4", writeControlRegister cr4, CR4_MCE
  movl %cr4, %ebx
  measure "MOV to CR4, global pages", writeControlRegister cr4, CR4_PGE
  measure "MOV to CR3", loadCr3
  measure "INVLPG", invlpg start
  measure "RDTSC", rdtsc
  measure "IN, timer's counter", readPort PIT_COUNTER
  measure "IN, interrupt mask", readPort PIC_MASK
  measure "IN, UART line status", readPort UART_LINE_STATUS
  measure "IN, clock", readPort RTC_DATA
  measure "OUT, port 0x80", writePort DELAY
  measure "REP OUTSB, 64 bytes", writeString
  measureOne "REP INSW, a sector", requestSector, readSector
  measure "write to the text screen", movb $' ', SCREEN + ROWS * ROW_BYTES
  measure "read where nothing is", movl NO_MEMORY, %eax

  movl $FRESH_LOW_AT, %ebx
  measureMean "first touch below 1 MiB", FRESH_LOW, touch PAGE
  movl $FRESH_PAGES_AT, %ebx
  measureMean "first touch of a page, mean", FRESH_PAGES, touch PAGE
  movl $FRESH_PAGES_AT, %ebx
  measure "second touch of a page", touch PAGE
  movl $FRESH_LARGE_AT, %ebx
  measureMean "first touch of 2 MiB, mean", FRESH_LARGE, touch LARGE_PAGE
  movl $FRESH_LARGE_AT + PAGE, %ebx
  measure "touch of a page beside it", touch PAGE

  call measureTimerInterrupt
  call measureWakeUp
  movl $done, %esi
  movl $SCREEN + ROWS * ROW_BYTES, %edi
  call printText

waitForKey:
  inb $KEYBOARD_STATUS, %al
  pause
  testb $1, %al
  jz waitForKey
  inb $KEYBOARD_DATA, %al
  testb %al, %al
  js waitForKey
  movw $ACPI_CONTROL, %dx
  movw $ACPI_POWER_OFF, %ax
  outw %ax, %dx
3:
  cli
  hlt
  jmp 3b

// What the loop and the reading of the counter take, which is no part of anything else.
findMeasurementsOwnTicks:
  movl $-1, best
  movl $BATCHES, batches
1:
  movl $TURNS, %ebp
  begin
2:
  decl %ebp
  jnz 2b
  end
  decl batches
  jnz 1b
  movl best, %eax
  movl %eax, emptyBatch
  movl $-1, best
  begin
  end
  movl best, %eax
  movl %eax, emptyOne
  ret

// Asks the disk for its first sector and waits until it is there. The drive does not interrupt.
requestSector:
  movl $requests, %esi
1:
  lodsw
  movzwl %ax, %edx
  lodsb
  outb %al, %dx
  cmpl $requestsEnd, %esi
  jb 1b
2:
  inb %dx, %al
  andb $IDE_BUSY | IDE_DATA_REQUEST, %al
  cmpb $IDE_DATA_REQUEST, %al
  jne 2b
  ret

  .section .data
  .macro request port, value
  .word \port
  .byte \value
  .endm
requests:
  request IDE_CONTROL, IDE_NO_INTERRUPTS
  request IDE_DRIVE, IDE_MASTER_LBA
  request IDE_SECTOR_COUNT, 1
  request IDE_LBA_LOW, 0
  request IDE_LBA_MIDDLE, 0
  request IDE_LBA_HIGH, 0
  request IDE_COMMAND, IDE_READ_SECTORS
requestsEnd:
done:
  .asciz "ticks for one time. Press a key to switch me off."

  .section .bss
  .globl started, best, batches
started:
  .skip 4
best:
  .skip 4
batches:
  .skip 4
emptyBatch:
  .skip 4
emptyOne:
  .skip 4
buffer:
  .skip 2 * SECTOR_WORDS
  .balign 16
  .skip 4096
stack:
