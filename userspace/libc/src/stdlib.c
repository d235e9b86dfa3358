#include "stdlib.h"

#include "ctype.h"
#include "errno.h"
#include "stdio.h"
#include "sys/syscall.h"

void exit(long code)
{
  for (;;)
    __syscall(sc_exit, (unsigned long)code, 0, 0, 0, 0);
}

void abort(void)
{
  printf("abort() called\n");
  exit(134); // 128 + SIGABRT, what a Unix shell would show
}

int abs(int value) { return value < 0 ? -value : value; }
long labs(long value) { return value < 0 ? -value : value; }

static int digitValue(char c)
{
  if (isdigit(c))
    return c - '0';
  if (isalpha(c))
    return tolower(c) - 'a' + 10;
  return 99; // no digit in any base
}

// The part strtol and strtoul share. Stores the magnitude; returns 0 if it does not fit into 64 bits.
static int parseNumber(const char* text, char** end, int base, int* negative, unsigned long* magnitude)
{
  const char* start = text;
  while (isspace(*text))
    ++text;
  *negative = *text == '-';
  if (*text == '-' || *text == '+')
    ++text;
  if ((base == 0 || base == 16) && text[0] == '0' && tolower(text[1]) == 'x' && digitValue(text[2]) < 16)
  {
    text += 2;
    base = 16;
  }
  else if (base == 0)
    base = *text == '0' ? 8 : 10;

  int fits = 1;
  int digits = 0;
  *magnitude = 0;
  for (; digitValue(*text) < base; ++text, ++digits)
  {
    if (__builtin_mul_overflow(*magnitude, (unsigned long)base, magnitude) ||
        __builtin_add_overflow(*magnitude, (unsigned long)digitValue(*text), magnitude))
      fits = 0;
  }
  if (end)
    *end = (char*)(digits > 0 ? text : start);
  return fits;
}

long strtol(const char* restrict text, char** restrict end, int base)
{
  const unsigned long largest = (unsigned long)__LONG_MAX__;
  int negative;
  unsigned long magnitude;
  int fits = parseNumber(text, end, base, &negative, &magnitude);
  if (!fits || magnitude > largest + (unsigned long)negative)
  {
    errno = ERANGE;
    return negative ? -__LONG_MAX__ - 1 : __LONG_MAX__;
  }
  return (long)(negative ? -magnitude : magnitude);
}

unsigned long strtoul(const char* restrict text, char** restrict end, int base)
{
  int negative;
  unsigned long magnitude;
  if (!parseNumber(text, end, base, &negative, &magnitude))
  {
    errno = ERANGE;
    return ~0ul;
  }
  return negative ? -magnitude : magnitude;
}

int atoi(const char* text) { return (int)strtol(text, 0, 10); }
long atol(const char* text) { return strtol(text, 0, 10); }

static unsigned long random_state = 1;

void srand(unsigned seed) { random_state = seed; }

int rand(void)
{
  // Knuth's MMIX generator; its upper bits are the good ones.
  random_state = random_state * 6364136223846793005ul + 1442695040888963407ul;
  return (int)(random_state >> 33);
}
