#include "DebugPort.h"

void DebugPort::write(const char* text, size_t length)
{
  asm volatile("rep outsb" : "+S"(text), "+c"(length) : "d"(PORT) : "memory");
}
