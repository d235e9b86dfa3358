#include "debug.h"

#include "DebugPort.h"
#include "kformat.h"
#include "kprintf.h"

namespace
{
auto debugSink()
{
  return [](const char* text, size_t length) { DebugPort::write(text, length); };
}
} // namespace

void kvprintfd(const char* format, va_list arguments)
{
  GatheringSink sink(debugSink());
  kvformat(sink, format, arguments);
}

void kprintfd(const char* format, ...)
{
  va_list arguments;
  va_start(arguments, format);
  kvprintfd(format, arguments);
  va_end(arguments);
}

void debugPrint(uint32 flag, const char* name, const char* format, ...)
{
  // Tag and text through one sink: what fits the buffer reaches the port in one piece.
  GatheringSink sink(debugSink());
  kformat(sink, "\033[1;%um[%-11s]\033[0;39m", flag & debug_flags::COLOUR_MASK, name);
  va_list arguments;
  va_start(arguments, format);
  kvformat(sink, format, arguments);
  va_end(arguments);
}
