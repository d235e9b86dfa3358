// The memory functions the compiler itself calls. Compiled without the optimisation that would turn these loops into
// calls of themselves (see userspace/userspace.cmake).
#include "string.h"

void* memcpy(void* restrict destination, const void* restrict source, size_t size)
{
  void* to = destination;
  __asm__ volatile("rep movsb" : "+D"(to), "+S"(source), "+c"(size) : : "memory");
  return destination;
}

void* memmove(void* destination, const void* source, size_t size)
{
  if ((size_t)destination - (size_t)source >= size)
    return memcpy(destination, source, size);
  unsigned char* to = destination;
  const unsigned char* from = source;
  while (size-- > 0)
    to[size] = from[size];
  return destination;
}

void* memset(void* memory, int byte, size_t size)
{
  void* to = memory;
  __asm__ volatile("rep stosb" : "+D"(to), "+c"(size) : "a"(byte) : "memory");
  return memory;
}

int memcmp(const void* left, const void* right, size_t size)
{
  const unsigned char* a = left;
  const unsigned char* b = right;
  for (size_t i = 0; i < size; ++i)
  {
    if (a[i] != b[i])
      return a[i] - b[i];
  }
  return 0;
}

void* memchr(const void* memory, int byte, size_t size)
{
  const unsigned char* bytes = memory;
  for (size_t i = 0; i < size; ++i)
  {
    if (bytes[i] == (unsigned char)byte)
      return (void*)(bytes + i);
  }
  return 0;
}
