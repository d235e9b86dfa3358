#pragma once

#include "types.h"

// These are for conditions that only a bug in the kernel can break. What a user, a disk or a guest can cause is an error
// to return.

/// Stops the kernel: interrupts off, `KERNEL PANIC: ` and the message on every console and the debug port, backtrace, halt.
[[noreturn]] void kpanict(const char* format, ...) __attribute__((format(printf, 1, 2)));

/// What a failed assert() calls.
[[noreturn]] void sweb_assert(const char* condition, const char* file, uint32 line, const char* function);

#define assert(condition)                                                                                              \
  ((condition) ? static_cast<void>(0) : sweb_assert(#condition, __FILE__, __LINE__, __PRETTY_FUNCTION__))
