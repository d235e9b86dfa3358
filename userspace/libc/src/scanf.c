#include "ctype.h"
#include "stdio.h"
#include "stdlib.h"
#include "string.h"

struct ScanConversion
{
  int skip;  // `*`: read, but do not store
  int width; // 0: no limit
  int bytes; // size of the integer to store
};

static const char* parseConversion(const char* format, struct ScanConversion* conversion)
{
  *conversion = (struct ScanConversion){.bytes = sizeof(int)};
  if (*format == '*')
  {
    conversion->skip = 1;
    ++format;
  }
  for (; isdigit(*format); ++format)
    conversion->width = conversion->width * 10 + (*format - '0');
  if (*format == 'h')
  {
    conversion->bytes = 2;
    if (*++format == 'h')
    {
      conversion->bytes = 1;
      ++format;
    }
  }
  else if (*format == 'l' || *format == 'z')
  {
    conversion->bytes = 8;
    format += format[0] == 'l' && format[1] == 'l' ? 2 : 1;
  }
  return format;
}

static void storeInteger(void* target, int bytes, long value)
{
  switch (bytes)
  {
  case 1:
    *(signed char*)target = (signed char)value;
    break;
  case 2:
    *(short*)target = (short)value;
    break;
  case 4:
    *(int*)target = (int)value;
    break;
  default:
    *(long*)target = value;
    break;
  }
}

// Reads a number of at most `width` characters; returns where it ends, or 0 if there is none.
static const char* scanInteger(const char* text, int base, int width, long* value)
{
  char digits[72];
  size_t limit = width > 0 && width < (int)sizeof(digits) ? (size_t)width : sizeof(digits) - 1;
  strlcpy(digits, text, limit + 1);
  char* end;
  *value = digits[0] == '-' ? strtol(digits, &end, base) : (long)strtoul(digits, &end, base);
  return end == digits ? 0 : text + (end - digits);
}

static const char* scanCharacters(const char* text, size_t count, char* target)
{
  if (strnlen(text, count) < count)
    return 0;
  if (target)
    memcpy(target, text, count);
  return text + count;
}

static const char* scanWord(const char* text, int width, char* target)
{
  const char* end = text;
  while (*end != '\0' && !isspace(*end) && (width == 0 || end - text < width))
    ++end;
  if (end == text)
    return 0;
  if (target)
  {
    memcpy(target, text, (size_t)(end - text));
    target[end - text] = '\0';
  }
  return end;
}

// The base of an integer conversion, -1 for any other.
static int baseOf(char conversion)
{
  switch (conversion)
  {
  case 'd':
  case 'u':
    return 10;
  case 'x':
  case 'X':
  case 'p':
    return 16;
  case 'o':
    return 8;
  case 'i':
    return 0;
  default:
    return -1;
  }
}

int vsscanf(const char* text, const char* format, va_list arguments)
{
  const char* start = text;
  int stored = 0;
  while (*format != '\0')
  {
    if (isspace(*format))
    {
      text += strspn(text, " \t\n\v\f\r");
      ++format;
      continue;
    }
    if (*format != '%')
    {
      if (*text != *format)
        break;
      ++text;
      ++format;
      continue;
    }

    struct ScanConversion conversion;
    format = parseConversion(format + 1, &conversion);
    char kind = *format++;
    if (kind != 'c' && kind != 'n')
      text += strspn(text, " \t\n\v\f\r");
    if (kind == 'n')
    {
      storeInteger(va_arg(arguments, void*), conversion.bytes, text - start);
      continue;
    }
    if (kind != '%' && *text == '\0')
      return stored == 0 ? EOF : stored;

    void* target = kind == '%' || conversion.skip ? 0 : va_arg(arguments, void*);
    const char* end = 0;
    if (kind == '%')
      end = *text == '%' ? text + 1 : 0;
    else if (kind == 'c')
      end = scanCharacters(text, conversion.width > 0 ? (size_t)conversion.width : 1, target);
    else if (kind == 's')
      end = scanWord(text, conversion.width, target);
    else if (baseOf(kind) >= 0)
    {
      long value;
      end = scanInteger(text, baseOf(kind), conversion.width, &value);
      if (end && target)
        storeInteger(target, kind == 'p' ? 8 : conversion.bytes, value);
    }
    if (!end)
      break;
    text = end;
    if (target)
      ++stored;
  }
  return stored;
}

int sscanf(const char* text, const char* format, ...)
{
  va_list arguments;
  va_start(arguments, format);
  int stored = vsscanf(text, format, arguments);
  va_end(arguments);
  return stored;
}

// Reads one line and scans that, so a failed conversion can not leave half a line behind.
int scanf(const char* format, ...)
{
  char line[256];
  if (!gets(line, sizeof(line)))
    return EOF;
  va_list arguments;
  va_start(arguments, format);
  int stored = vsscanf(line, format, arguments);
  va_end(arguments);
  return stored;
}
