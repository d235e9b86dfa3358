#pragma once

#include "types.h"

/// System calls about the system as a whole, and for debugging. Arguments come unchecked from the calling process.
/// Results: >= 0, or -E....
class SystemSyscall
{
public:
  static int64 information(pointer user_information);
  static int64 reboot(size_t how);

  /// Prints a process' text on the debug port.
  static int64 outline(size_t port, pointer user_text);

  /// Prints the caller's backtrace on the debug port.
  static int64 trace();

  SystemSyscall() = delete;
};
