#pragma once

#include "types.h"

struct InterruptFrame;

/// What happens on CPU exceptions: a program's mistake ends the program, a mistake of the kernel stops the system.
class Exceptions
{
public:
  static void handle(const InterruptFrame& frame);

  /// Name of an exception vector, with the SDM's mnemonic.
  [[nodiscard]] static const char* nameOf(uint64 vector);

  Exceptions() = delete;

private:
  static void handlePageFault(const InterruptFrame& frame);
  [[noreturn]] static void handleInUserMode(const InterruptFrame& frame);
  [[noreturn]] static void handleInKernelMode(const InterruptFrame& frame);
  [[noreturn]] static void handleDoubleFault(const InterruptFrame& frame);
};
