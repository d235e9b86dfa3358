#include "assert.h"

#include "kformat.h"

void sweb_assert(const char* condition, const char* file, uint32 line, const char* function)
{
  static char message[512]; // not on the stack: the assertion may be about the stack
  ksnprintf(message, sizeof(message), "Assertion %s failed at %s:%u in %s", condition, file, line, function);
  kpanict(message);
}
