#include "kstring.h"

// memcpy, memmove and memset live in arch/: written as loops here, the compiler would recognise them and replace each
// body with a call to itself. The same goes for strlen, hence the pragma.
#pragma GCC optimize("no-tree-loop-distribute-patterns")

namespace
{
uint64 wordAt(const uint8* memory)
{
  uint64 word;
  __builtin_memcpy(&word, memory, sizeof(word));
  return word;
}
} // namespace

extern "C"
{
  int memcmp(const void* left, const void* right, size_t length)
  {
    const uint8* a = static_cast<const uint8*>(left);
    const uint8* b = static_cast<const uint8*>(right);
    while (length >= sizeof(uint64) && wordAt(a) == wordAt(b))
    {
      a += sizeof(uint64);
      b += sizeof(uint64);
      length -= sizeof(uint64);
    }
    for (; length != 0; ++a, ++b, --length)
      if (*a != *b)
        return *a - *b;
    return 0;
  }

  int bcmp(const void* left, const void* right, size_t length)
  {
    return memcmp(left, right, length);
  }

  void* memchr(const void* memory, int value, size_t length)
  {
    const uint8* byte = static_cast<const uint8*>(memory);
    for (; length != 0; ++byte, --length)
      if (*byte == static_cast<uint8>(value))
        return const_cast<uint8*>(byte);
    return nullptr;
  }

  size_t strlen(const char* text)
  {
    size_t length = 0;
    while (text[length] != '\0')
      ++length;
    return length;
  }

  size_t strnlen(const char* text, size_t limit)
  {
    size_t length = 0;
    while (length < limit && text[length] != '\0')
      ++length;
    return length;
  }

  int strcmp(const char* left, const char* right)
  {
    while (*left != '\0' && *left == *right)
    {
      ++left;
      ++right;
    }
    return static_cast<uint8>(*left) - static_cast<uint8>(*right);
  }

  int strncmp(const char* left, const char* right, size_t limit)
  {
    for (; limit != 0; ++left, ++right, --limit)
      if (*left == '\0' || *left != *right)
        return static_cast<uint8>(*left) - static_cast<uint8>(*right);
    return 0;
  }

  char* strcpy(char* destination, const char* source)
  {
    memcpy(destination, source, strlen(source) + 1);
    return destination;
  }

  char* strncpy(char* destination, const char* source, size_t size)
  {
    size_t length = strnlen(source, size);
    memcpy(destination, source, length);
    memset(destination + length, 0, size - length);
    return destination;
  }

  char* strcat(char* destination, const char* source)
  {
    strcpy(destination + strlen(destination), source);
    return destination;
  }

  char* strchr(const char* text, int character)
  {
    return static_cast<char*>(memchr(text, character, strlen(text) + 1));
  }

  char* strrchr(const char* text, int character)
  {
    for (size_t index = strlen(text) + 1; index != 0; --index)
      if (text[index - 1] == static_cast<char>(character))
        return const_cast<char*>(text + index - 1);
    return nullptr;
  }

  char* strstr(const char* text, const char* pattern)
  {
    size_t length = strlen(pattern);
    for (; *text != '\0'; ++text)
      if (strncmp(text, pattern, length) == 0)
        return const_cast<char*>(text);
    return length == 0 ? const_cast<char*>(text) : nullptr;
  }
}
