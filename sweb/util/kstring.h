#pragma once

#include "types.h"

// Memory and string functions with the meaning ISO C gives them. Callable in any context; none of them allocates or
// blocks. Modules that are also compiled for the developer's machine (host tests, exe2minixfs) get the C library's
// there.
#if __STDC_HOSTED__

#include <string.h>

#else

extern "C"
{
  void* memcpy(void* destination, const void* source, size_t length);
  void* memmove(void* destination, const void* source, size_t length);
  void* memset(void* destination, int value, size_t length);
  int memcmp(const void* left, const void* right, size_t length);
  int bcmp(const void* left, const void* right, size_t length);
  void* memchr(const void* memory, int value, size_t length);

  size_t strlen(const char* text);
  size_t strnlen(const char* text, size_t limit);
  int strcmp(const char* left, const char* right);
  int strncmp(const char* left, const char* right, size_t limit);
  char* strcpy(char* destination, const char* source);
  char* strncpy(char* destination, const char* source, size_t size);
  char* strcat(char* destination, const char* source);
  char* strchr(const char* text, int character);
  char* strrchr(const char* text, int character);
  char* strstr(const char* text, const char* pattern);
}

#endif

/// Copies `source` into a buffer of `size` bytes and always terminates it; cuts what does not fit.
/// Returns the length of `source`, so a result >= size means that it was cut.
inline size_t kstrlcpy(char* destination, const char* source, size_t size)
{
  size_t length = strlen(source);
  if (size != 0)
  {
    size_t copied = length < size ? length : size - 1;
    memcpy(destination, source, copied);
    destination[copied] = '\0';
  }
  return length;
}

/// Address of the first byte that differs from `value`, or null when all are equal.
inline const void* memnotchr(const void* memory, uint8 value, size_t length)
{
  const uint8* byte = static_cast<const uint8*>(memory);
  for (; length != 0; ++byte, --length)
    if (*byte != value)
      return byte;
  return nullptr;
}
