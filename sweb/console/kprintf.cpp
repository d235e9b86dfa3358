#include "kprintf.h"

#include "DebugPort.h"
#include "kformat.h"

void kputs(const char* text, size_t length)
{
  DebugPort::write(text, length);
}

void kvprintf(const char* format, va_list arguments)
{
  GatheringSink sink([](const char* text, size_t length) { kputs(text, length); });
  kvformat(sink, format, arguments);
}

void kprintf(const char* format, ...)
{
  va_list arguments;
  va_start(arguments, format);
  kvprintf(format, arguments);
  va_end(arguments);
}
