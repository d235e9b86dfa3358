#pragma once

#include "types.h"

/// Extended (x87, SSE, AVX, ...) register state; its layout is the CPU's business.
class ExtendedState;

/// What an interrupt leaves on the kernel stack. The first half is pushed by the entry stub (entry.S), the
/// second half by the CPU: SDM volume 3, "64-Bit Mode Stack Frame". The two must agree with entry.S.
struct InterruptFrame
{
  uint64 r15, r14, r13, r12, r11, r10, r9, r8;
  uint64 rdi, rsi, rbp, rbx, rdx, rcx, rax;
  uint64 vector;
  uint64 error_code; ///< 0 for vectors without one
  uint64 rip, cs, rflags, rsp, ss;

  [[nodiscard]] bool fromUserMode() const { return (cs & 3) != 0; }
};
static_assert(sizeof(InterruptFrame) == 22 * 8);

/// One register set of a thread. A thread has one for the kernel and, if it is a user thread, one for user mode.
struct ArchThreadRegisters
{
  InterruptFrame frame;          ///< as saved by the last interrupt, or as the thread shall start
  uint64 cr3;                    ///< physical address of the PML4 to run with
  uint64 rsp0;                   ///< user register sets: top of the kernel stack for the next entry into the kernel
  ExtendedState* extended_state; ///< user register sets only
};
