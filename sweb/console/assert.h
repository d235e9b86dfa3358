#pragma once

#include "types.h"

/// Stops the system: prints "KERNEL PANIC: ", the message and a backtrace on every console and the debug port, then
/// halts. Callable in every context. What a user, a disk or a guest can cause is no reason to: that is an error to
/// return.
[[noreturn]] void kpanict(const char* format, ...) __attribute__((format(printf, 1, 2)));

/// What a failed assert() calls: a kernel panic that names condition and place.
[[noreturn]] void sweb_assert(const char* condition, const char* file, uint32 line, const char* function);

/// For conditions that only a bug in the kernel can break.
#define assert(condition)                                                                                              \
  ((condition) ? static_cast<void>(0) : sweb_assert(#condition, __FILE__, __LINE__, __PRETTY_FUNCTION__))
