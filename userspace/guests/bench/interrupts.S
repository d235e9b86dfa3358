// What the timer's interrupts cost: those that come while something else is done, and those that end a HLT.
#include "measure.inc"

  .set SPINS, 5000000                   // of a loop that takes a fifth of a second
  .set WAKE_UPS, 32
  .set PAUSE, 5000

  .set CODE, 0x08
  .set INTERRUPT_GATE, 0x8E00

  .text
// A descriptor table, a gate for the timer, the interrupt controllers with all others masked.
  .globl setUpInterrupts
setUpInterrupts:
  lgdt gdtPointer
  ljmp $CODE, $1f
1:
  movl $idt + 8 * TIMER_VECTOR, %edi
  movl $timerInterrupt, %eax
  movw %ax, (%edi)
  movw $CODE, 2(%edi)
  movw $INTERRUPT_GATE, 4(%edi)
  shrl $16, %eax
  movw %ax, 6(%edi)
  lidt idtPointer

  movb $PIC_INIT, %al
  outb %al, $PIC_COMMAND
  outb %al, $PIC2_COMMAND
  movb $TIMER_VECTOR, %al
  outb %al, $PIC_MASK
  movb $TIMER_VECTOR + 8, %al
  outb %al, $PIC2_MASK
  movb $4, %al                          // the second one is at line 2 of the first
  outb %al, $PIC_MASK
  movb $2, %al
  outb %al, $PIC2_MASK
  movb $PIC_8086, %al
  outb %al, $PIC_MASK
  outb %al, $PIC2_MASK
  movb $0xFE, %al
  outb %al, $PIC_MASK
  movb $0xFF, %al
  outb %al, $PIC2_MASK
  ret

timerInterrupt:
  pushl %eax
  pushl %edx
  rdtsc
  movl %eax, interruptedAt
  incl interrupts
  movb $PIC_EOI, %al
  outb %al, $PIC_COMMAND
  popl %edx
  popl %eax
  iretl

// Stops the timer, and takes the interrupt that may be on its way.
stopTimer:
  movb $PIT_ONE_SHOT, %al
  outb %al, $PIT_COMMAND
  sti
  nop
  cli
  ret

// AL: the counter's mode. It then counts a millisecond down.
startTimer:
  outb %al, $PIT_COMMAND
  movb $PIT_MILLISECOND & 0xFF, %al
  outb %al, $PIT_COUNTER
  movb $PIT_MILLISECOND >> 8, %al
  outb %al, $PIT_COUNTER
  ret

// EAX: the ticks that a loop of SPINS takes.
spin:
  begin
  movl $SPINS, %ecx
1:
  decl %ecx
  jnz 1b
  rdtsc
  subl started, %eax
  ret

// What each interrupt takes from a loop: the handler's instructions, and all that is done for it outside.
  .globl measureTimerInterrupt
measureTimerInterrupt:
  call stopTimer
  call spin
  movl %eax, undisturbed
  movb $PIT_PERIODIC, %al
  call startTimer
  movl $0, interrupts
  sti
  call spin
  cli
  subl undisturbed, %eax
  movl interrupts, %ecx
  movl $timerLabel, %esi
  jmp printQuotient
  event "timer interrupt at 1 kHz", timerInterrupt

// From the start of a timer to the handler of its interrupt, which ends a HLT; on average. Where there is no hypervisor it is the
// millisecond itself. A pause before each, longer every time, lets them fall anywhere between two ticks of the host.
  .globl measureWakeUp
measureWakeUp:
  call stopTimer
  movl $WAKE_UPS, %ebp
  xorl %ebx, %ebx                       // the sum
1:
  imull $PAUSE, %ebp, %ecx
2:
  decl %ecx
  jnz 2b
  begin
  movb $PIT_ONE_SHOT, %al
  call startTimer
  sti
4:
  hlt
  cli
  addl interruptedAt, %ebx
  subl started, %ebx
  decl %ebp
  jnz 1b
  movl %ebx, %eax
  movl $WAKE_UPS, %ecx
  movl $wakeUpLabel, %esi
  jmp printQuotient
  event "HLT until a timer of 1 ms", 4b

  .section .data
timerLabel:
  .asciz "timer interrupt at 1 kHz"
wakeUpLabel:
  .asciz "HLT until a timer of 1 ms"
  .balign 8
gdt:
  .quad 0
  .quad 0x00CF9A000000FFFF              // code, base 0, 4 GiB
  .quad 0x00CF92000000FFFF              // data, base 0, 4 GiB
gdtEnd:
gdtPointer:
  .word gdtEnd - gdt - 1
  .long gdt
idtPointer:
  .word 8 * (TIMER_VECTOR + 1) - 1
  .long idt

  .section .bss
  .balign 8
idt:
  .skip 8 * (TIMER_VECTOR + 1)
interrupts:
  .skip 4
interruptedAt:
  .skip 4
undisturbed:
  .skip 4
