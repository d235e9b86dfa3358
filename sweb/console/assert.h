#pragma once

#include "panic.h"
#include "types.h"

/// What a failed assert() calls: a kernel panic that names condition and place.
[[noreturn]] void sweb_assert(const char* condition, const char* file, uint32 line, const char* function);

/// For conditions that only a bug in the kernel can break. What a user, a disk or a guest can cause is an error to
/// return.
#define assert(condition)                                                                                              \
  ((condition) ? static_cast<void>(0) : sweb_assert(#condition, __FILE__, __LINE__, __PRETTY_FUNCTION__))
