#include "assert.h"

#include "kprintf.h"

void kpanict(const char* format, ...)
{
  kprintfd("KERNEL PANIC: ");
  va_list arguments;
  va_start(arguments, format);
  kvprintfd(format, arguments);
  va_end(arguments);
  kprintfd("\n");
  for (;;)
    asm volatile("cli; hlt");
}

void sweb_assert(const char* condition, const char* file, uint32 line, const char* function)
{
  kpanict("Assertion %s failed at %s:%u in %s", condition, file, line, function);
}
