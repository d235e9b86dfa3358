#pragma once

#include "types.h"

/// Decides what a page fault means: a page of a program that is not loaded yet, or somebody's mistake.
class PageFaultHandler
{
public:
  /// Called by the exception handler on the faulting thread, with interrupts still disabled; may sleep (disk).
  /// `address` is CR2; the flags are those of the error code; `in_user_mode` says who accessed.
  /// Returns when the access may be tried again. A process that had no right to the access, or for which there is no
  /// memory left, does not return: it is ended with exit code 9999. A fault of the kernel itself panics.
  static void enterPageFault(pointer address, bool in_user_mode, bool present, bool writing, bool fetching);

  PageFaultHandler() = delete;
};
