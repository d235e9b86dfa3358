#pragma once

#include "types.h"
#include <stdarg.h>

/// Prints on the terminal of the current thread, or on the first terminal when it has none. Callable in any context:
/// where it may not block (interrupts off), the text waits in a buffer for the KprintfFlushingThread.
void kprintf(const char* format, ...) __attribute__((format(printf, 1, 2)));
void kvprintf(const char* format, va_list arguments);

/// Prints on the debug port. Callable in any context, from the first instruction of C++ on; never blocks.
void kprintfd(const char* format, ...) __attribute__((format(printf, 1, 2)));
void kvprintfd(const char* format, va_list arguments);

/// As kprintf, for text that is already formatted and need not be terminated.
void kputs(const char* text, size_t length);
