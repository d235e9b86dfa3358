#include "string.h"

#include "stdlib.h"

size_t strlen(const char* string)
{
  const char* end = string;
  while (*end != '\0')
    ++end;
  return (size_t)(end - string);
}

size_t strnlen(const char* string, size_t size)
{
  size_t length = 0;
  while (length < size && string[length] != '\0')
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
  return (unsigned char)*left - (unsigned char)*right;
}

int strncmp(const char* left, const char* right, size_t size)
{
  for (size_t i = 0; i < size; ++i)
  {
    if (left[i] != right[i] || left[i] == '\0')
      return (unsigned char)left[i] - (unsigned char)right[i];
  }
  return 0;
}

char* strcpy(char* restrict destination, const char* restrict source)
{
  memcpy(destination, source, strlen(source) + 1);
  return destination;
}

char* strncpy(char* restrict destination, const char* restrict source, size_t size)
{
  size_t length = strnlen(source, size);
  memcpy(destination, source, length);
  memset(destination + length, 0, size - length);
  return destination;
}

size_t strlcpy(char* restrict destination, const char* restrict source, size_t size)
{
  size_t length = strlen(source);
  if (size > 0)
  {
    size_t copied = length < size ? length : size - 1;
    memcpy(destination, source, copied);
    destination[copied] = '\0';
  }
  return length;
}

size_t strlcat(char* restrict destination, const char* restrict source, size_t size)
{
  size_t used = strnlen(destination, size);
  return used + strlcpy(destination + used, source, size - used);
}

char* strcat(char* restrict destination, const char* restrict source)
{
  strcpy(destination + strlen(destination), source);
  return destination;
}

char* strncat(char* restrict destination, const char* restrict source, size_t size)
{
  size_t length = strnlen(source, size);
  char* end = destination + strlen(destination);
  memcpy(end, source, length);
  end[length] = '\0';
  return destination;
}

char* strchr(const char* string, int c)
{
  for (;; ++string)
  {
    if (*string == (char)c)
      return (char*)string;
    if (*string == '\0')
      return 0;
  }
}

char* strrchr(const char* string, int c)
{
  const char* last = 0;
  for (;; ++string)
  {
    if (*string == (char)c)
      last = string;
    if (*string == '\0')
      return (char*)last;
  }
}

char* strstr(const char* haystack, const char* needle)
{
  size_t length = strlen(needle);
  for (; strlen(haystack) >= length; ++haystack)
  {
    if (memcmp(haystack, needle, length) == 0)
      return (char*)haystack;
  }
  return 0;
}

size_t strspn(const char* string, const char* accepted)
{
  size_t length = 0;
  while (string[length] != '\0' && strchr(accepted, string[length]))
    ++length;
  return length;
}

size_t strcspn(const char* string, const char* rejected)
{
  size_t length = 0;
  while (string[length] != '\0' && !strchr(rejected, string[length]))
    ++length;
  return length;
}

char* strpbrk(const char* string, const char* accepted)
{
  string += strcspn(string, accepted);
  return *string != '\0' ? (char*)string : 0;
}

char* strtok_r(char* restrict string, const char* restrict delimiters, char** restrict rest)
{
  if (!string)
    string = *rest;
  string += strspn(string, delimiters);
  if (*string == '\0')
  {
    *rest = string;
    return 0;
  }
  char* end = string + strcspn(string, delimiters);
  *rest = *end != '\0' ? end + 1 : end;
  *end = '\0';
  return string;
}

char* strtok(char* restrict string, const char* restrict delimiters)
{
  static char* rest;
  return strtok_r(string, delimiters, &rest);
}

char* strdup(const char* string)
{
  size_t size = strlen(string) + 1;
  char* copy = malloc(size);
  return copy ? memcpy(copy, string, size) : 0;
}
