// How something is measured. In Bochs a tick of the time-stamp counter is an instruction, so the numbers are exact and
// the same in every run.
#pragma once
#include "constants.h"

// Tells whoever reads the ELF file where an operation begins (label 2 of its user) and ends (label 8), and its name.
// Not loaded.
.macro operation label
  .section .operations
  .long 2b, 8b
  .asciz "\label"
  .text
  .endm

// Tells the same reader of something that happens again and again whenever its time has come: one instruction that is executed
// each time.
  .macro event label, at
  .section .events
  .long \at, \at
  .asciz "\label"
  .text
  .endm

// Prints EAX ticks, less those that are the measurement's own, divided by `times`.
  .macro report label, own, times
  .section .data
9: .asciz "\label"
  .text
  subl \own, %eax
  movl $\times, %ecx
  movl $9b, %esi
  call printQuotient
  .endm

// Remembers the shortest of BATCHES.
  .macro begin
  rdtsc
  movl %eax, started
  .endm

  .macro end
  rdtsc
  subl started, %eax                    // less than 2^32 ticks
  cmpl best, %eax
  jae 3f
  movl %eax, best
3:
  .endm

// Does `what` in batches of TURNS and prints what one turn of the best batch takes. EBX and ESI are for `what`.
  .macro measure label, what:vararg
  movl $-1, best
  movl $BATCHES, batches
1:
  movl $TURNS, %ebp
  begin
2:
  \what
8:
  decl %ebp
  jnz 2b
  end
  decl batches
  jnz 1b
  operation "\label"
  movl best, %eax
  report "\label", emptyBatch, TURNS
  .endm

// Does `what` once after each call of `prepare`, and prints what the best one takes.
  .macro measureOne label, prepare, what:vararg
  movl $-1, best
  movl $BATCHES, batches
1:
  call \prepare
  begin
2:
  \what
8:
  end
  decl batches
  jnz 1b
  operation "\label"
  movl best, %eax
  report "\label", emptyOne, 1
  .endm

// Does `what` so many times and prints what one takes on average: for what can be done only once at each place.
  .macro measureMean label, times, what:vararg
  movl $\times, %ebp
  begin
2:
  \what
8:
  decl %ebp
  jnz 2b
  rdtsc
  subl started, %eax
  operation "\label"
  // Two instructions of each turn are the loop's.
  report "\label", $2*\times, \times
  .endm
