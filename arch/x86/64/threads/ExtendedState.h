#pragma once

#include "types.h"

/// The x87, SSE, AVX and AVX-512 registers of a user thread while it does not run. The kernel's own code uses none of
/// them, so a thread keeps them in the CPU through system calls and interrupts until another thread is switched to.
///
/// Kernel threads own no extended state and may change the registers; the hypervisor does.
class ExtendedState
{
public:
  /// Switches x87 and SSE on, and chooses XSAVE with all that the CPU offers, or FXSAVE on older CPUs.
  static void initialise();

  /// Memory for one thread's registers, in the state the ABI wants at program start; null when out of memory.
  [[nodiscard]] static ExtendedState* create();
  static void destroy(ExtendedState* state);

  /// Saves the registers for the thread that owned them and loads those of the next one (null: a thread without).
  static void switchTo(ExtendedState* next);

  ExtendedState() = delete;
};
