#pragma once

#include "types.h"

/// The kernel's side of `int 0x80`; numbers and meanings in syscall-definitions.h.
class Syscall
{
public:
  /// Called by the interrupt entry on the calling thread's kernel stack, interrupts enabled.
  /// Returns what the process finds in rax: >= 0, or -E....
  static int64 syscallException(size_t number, size_t arg1, size_t arg2, size_t arg3, size_t arg4, size_t arg5);

  Syscall() = delete;

private:
  static int64 perform(size_t number, size_t arg1, size_t arg2, size_t arg3, size_t arg4);
};
