#include "ArchCommon.h"
#include "ArchInterrupts.h"
#include "ArchThreads.h"
#include "Backtrace.h"
#include "Console.h"
#include "DebugPort.h"
#include "Thread.h"
#include "assert.h"
#include "kformat.h"

#include <stdarg.h>

namespace
{
/// Everywhere a person may look.
void writeEverywhere(const char* text, size_t length)
{
  DebugPort::write(text, length);
  Console::emergencyWrite(text, length);
}

/// 1 for the first panic. A panic while a panic is reported says only why, on the debug port; a third one nothing.
uint32 panic_depth = 0;
} // namespace

void kpanict(const char* format, ...)
{
  ArchInterrupts::disableInterrupts();
  system_state = KPANIC;
  ++panic_depth;
  if (panic_depth > 2)
    ArchCommon::halt();

  va_list arguments;
  va_start(arguments, format);
  if (panic_depth == 1)
  {
    GatheringSink sink(writeEverywhere);
    sink.write("\n", 1);
    kformat(sink, "KERNEL PANIC: ");
    kvformat(sink, format, arguments);
    if (currentThread != nullptr)
      kformat(sink, "\nin thread %zu (%s)", currentThread->getTID(), currentThread->getName());
    sink.write("\n", 1);
    sink.flush(); // in case the backtrace itself fails
    Backtrace::printHere(sink);
  }
  else
  {
    GatheringSink sink(DebugPort::write);
    kformat(sink, "KERNEL PANIC while reporting one: ");
    kvformat(sink, format, arguments);
    sink.write("\n", 1);
  }
  va_end(arguments);
  ArchCommon::halt();
}

void sweb_assert(const char* condition, const char* file, uint32 line, const char* function)
{
  kpanict("Assertion %s failed at %s:%u in %s", condition, file, line, function);
}
