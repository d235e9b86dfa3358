#pragma once

#include "FormatSink.h"
#include "types.h"
#include <stdarg.h>

/// The kernel's one formatting engine. Conversions: %d %i %u %x %X %o %p %s %c %%; lengths hh h l ll z t j;
/// flags - 0 + space #; width and precision as numbers or `*`. `%s` of a null pointer prints "(null)".
/// An unknown conversion is printed as it stands. Allocates nothing and may run in any context the sink allows.
void kvformat(FormatSink& sink, const char* format, va_list arguments);

/// As above, with the arguments in place.
void kformat(FormatSink& sink, const char* format, ...) __attribute__((format(printf, 2, 3)));

/// Formats into a buffer of `size` bytes, always terminated when size > 0; a text that is longer ends in a CutMark.
/// Returns the length the full text has.
size_t ksnprintf(char* buffer, size_t size, const char* format, ...) __attribute__((format(printf, 3, 4)));
size_t kvsnprintf(char* buffer, size_t size, const char* format, va_list arguments);
