#pragma once

#include "sys/types.h"
#include <stdarg.h>

// Where formatted text goes: called with each piece, in order.
struct FormatOutput
{
  void (*write)(struct FormatOutput* output, const char* text, size_t length);
};

// The engine behind the printf family. Returns the length of the whole text.
int __format(struct FormatOutput* output, const char* format, va_list arguments);
