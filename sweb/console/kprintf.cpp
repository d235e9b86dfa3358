#include "kprintf.h"

#include "ArchInterrupts.h"
#include "ArchThreads.h"
#include "Console.h"
#include "KprintfBuffer.h"
#include "Terminal.h"
#include "Thread.h"
#include "kformat.h"

namespace
{
/// The terminal of the running thread, else the first one; null when it is too early for any.
Terminal* currentTerminal()
{
  Terminal* own = currentThread != nullptr ? currentThread->getTerminal() : nullptr;
  return own != nullptr ? own : Terminal::get(1);
}

/// While the system boots there is one flow of control, and locks do nothing. Later, waiting for a lock takes a thread.
bool mayBlock()
{
  return system_state == BOOTING || (currentThread != nullptr && ArchInterrupts::testIFSet());
}
} // namespace

void kputs(const char* text, size_t length)
{
  Terminal* terminal = currentTerminal();
  if (system_state == KPANIC)
    Console::emergencyWrite(text, length);
  else if (terminal != nullptr && mayBlock())
    terminal->write(text, length);
  else
    KprintfBuffer::instance().put(text, length);
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
