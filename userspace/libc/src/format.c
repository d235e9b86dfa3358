#include "format.h"

#include "ctype.h"
#include "string.h"

struct Conversion
{
  int left;      // -
  int zero;      // 0
  int plus;      // +
  int space;     // blank
  int alternate; // #
  int width;     // 0: none
  int precision; // -1: none
  int bytes;     // size of an integer argument
};

struct Formatter
{
  struct FormatOutput* output;
  int length;
};

static void emit(struct Formatter* formatter, const char* text, size_t length)
{
  if (length > 0)
    formatter->output->write(formatter->output, text, length);
  formatter->length += (int)length;
}

static void pad(struct Formatter* formatter, char c, int count)
{
  for (; count > 0; --count)
    emit(formatter, &c, 1);
}

// Prefix (sign, 0x), zeroes and digits as one field of the conversion's width.
static void emitNumber(struct Formatter* formatter, const struct Conversion* conversion, const char* prefix,
                       const char* digits, int digit_count, int zeroes)
{
  int prefix_length = (int)strlen(prefix);
  int fill = conversion->width - prefix_length - zeroes - digit_count;
  if (conversion->zero && !conversion->left && fill > 0)
  {
    zeroes += fill;
    fill = 0;
  }
  if (!conversion->left)
    pad(formatter, ' ', fill);
  emit(formatter, prefix, (size_t)prefix_length);
  pad(formatter, '0', zeroes);
  emit(formatter, digits, (size_t)digit_count);
  if (conversion->left)
    pad(formatter, ' ', fill);
}

static const char* signPrefix(const struct Conversion* conversion, int negative)
{
  return negative ? "-" : conversion->plus ? "+" : conversion->space ? " " : "";
}

// Writes the digits of `value` so that they end before `end`; returns their first.
static char* digitsOf(unsigned long value, unsigned base, int upper, char* end)
{
  const char* alphabet = upper ? "0123456789ABCDEF" : "0123456789abcdef";
  for (; value != 0; value /= base)
    *--end = alphabet[value % base];
  return end;
}

static void formatInteger(struct Formatter* formatter, struct Conversion conversion, unsigned long value, unsigned base,
                          int upper, const char* prefix)
{
  char buffer[24];
  char* end = buffer + sizeof(buffer);
  char* digits = digitsOf(value, base, upper, end);
  int count = (int)(end - digits);
  int wanted = conversion.precision >= 0 ? conversion.precision : 1;
  if (conversion.precision >= 0)
    conversion.zero = 0;
  emitNumber(formatter, &conversion, prefix, digits, count, wanted > count ? wanted - count : 0);
}

static void formatString(struct Formatter* formatter, const struct Conversion* conversion, const char* text,
                         size_t length)
{
  int fill = conversion->width - (int)length;
  if (!conversion->left)
    pad(formatter, ' ', fill);
  emit(formatter, text, length);
  if (conversion->left)
    pad(formatter, ' ', fill);
}

// Fixed notation for magnitudes below 2^63 and at most nine decimals; larger ones print as "huge".
static void formatFixed(struct Formatter* formatter, const struct Conversion* conversion, double value)
{
  int decimals = conversion->precision < 0 ? 6 : conversion->precision > 9 ? 9 : conversion->precision;
  int negative = __builtin_signbit(value) != 0;
  const char* sign = signPrefix(conversion, negative);
  if (negative)
    value = -value;
  if (!(value < 9.2e18))
  {
    struct Conversion plain = *conversion;
    plain.zero = 0;
    const char* text = __builtin_isnan(value) ? "nan" : __builtin_isinf(value) ? "inf" : "huge";
    emitNumber(formatter, &plain, sign, text, (int)strlen(text), 0);
    return;
  }

  unsigned long scale = 1;
  for (int i = 0; i < decimals; ++i)
    scale *= 10;
  unsigned long whole = (unsigned long)value;
  unsigned long fraction = (unsigned long)((value - (double)whole) * (double)scale + 0.5);
  if (fraction >= scale)
  {
    fraction -= scale;
    ++whole;
  }

  char buffer[40];
  char* end = buffer + sizeof(buffer);
  char* digits = end;
  if (decimals > 0)
  {
    digits = digitsOf(fraction, 10, 0, end);
    while (end - digits < decimals)
      *--digits = '0';
    *--digits = '.';
  }
  char* point = digits;
  digits = digitsOf(whole, 10, 0, digits);
  if (digits == point)
    *--digits = '0';
  emitNumber(formatter, conversion, sign, digits, (int)(end - digits), 0);
}

static const char* parseNumberOrStar(const char* format, va_list* arguments, int* number)
{
  if (*format == '*')
  {
    *number = va_arg(*arguments, int);
    return format + 1;
  }
  for (*number = 0; isdigit(*format); ++format)
    *number = *number * 10 + (*format - '0');
  return format;
}

static const char* parseFlags(const char* format, struct Conversion* conversion)
{
  for (;; ++format)
  {
    switch (*format)
    {
    case '-':
      conversion->left = 1;
      break;
    case '0':
      conversion->zero = 1;
      break;
    case '+':
      conversion->plus = 1;
      break;
    case ' ':
      conversion->space = 1;
      break;
    case '#':
      conversion->alternate = 1;
      break;
    default:
      return format;
    }
  }
}

static const char* parseLength(const char* format, struct Conversion* conversion)
{
  conversion->bytes = sizeof(int);
  switch (*format)
  {
  case 'h':
    conversion->bytes = format[1] == 'h' ? 1 : 2;
    return format + (format[1] == 'h' ? 2 : 1);
  case 'l':
    conversion->bytes = 8;
    return format + (format[1] == 'l' ? 2 : 1);
  case 'z':
  case 't':
  case 'j':
    conversion->bytes = 8;
    return format + 1;
  default:
    return format;
  }
}

static const char* parseConversion(const char* format, va_list* arguments, struct Conversion* conversion)
{
  *conversion = (struct Conversion){.precision = -1};
  format = parseFlags(format, conversion);
  format = parseNumberOrStar(format, arguments, &conversion->width);
  if (conversion->width < 0)
  {
    conversion->left = 1;
    conversion->width = -conversion->width;
  }
  if (*format == '.')
    format = parseNumberOrStar(format + 1, arguments, &conversion->precision);
  return parseLength(format, conversion);
}

static unsigned long unsignedArgument(va_list* arguments, int bytes)
{
  unsigned long value = bytes == 8 ? va_arg(*arguments, unsigned long) : va_arg(*arguments, unsigned);
  return bytes == 1 ? (unsigned char)value : bytes == 2 ? (unsigned short)value : value;
}

static long signedArgument(va_list* arguments, int bytes)
{
  long value = bytes == 8 ? va_arg(*arguments, long) : va_arg(*arguments, int);
  return bytes == 1 ? (signed char)value : bytes == 2 ? (short)value : value;
}

int __format(struct FormatOutput* output, const char* format, va_list arguments)
{
  struct Formatter formatter = {output, 0};
  va_list list;
  va_copy(list, arguments);
  while (*format != '\0')
  {
    size_t plain = strcspn(format, "%");
    emit(&formatter, format, plain);
    format += plain;
    if (*format == '\0')
      break;

    const char* start = format;
    struct Conversion conversion;
    format = parseConversion(format + 1, &list, &conversion);
    switch (*format)
    {
    case 'd':
    case 'i':
    {
      long value = signedArgument(&list, conversion.bytes);
      unsigned long magnitude = value < 0 ? -(unsigned long)value : (unsigned long)value;
      formatInteger(&formatter, conversion, magnitude, 10, 0, signPrefix(&conversion, value < 0));
      break;
    }
    case 'u':
      formatInteger(&formatter, conversion, unsignedArgument(&list, conversion.bytes), 10, 0, "");
      break;
    case 'x':
    case 'X':
    {
      unsigned long value = unsignedArgument(&list, conversion.bytes);
      const char* prefix = conversion.alternate && value != 0 ? (*format == 'X' ? "0X" : "0x") : "";
      formatInteger(&formatter, conversion, value, 16, *format == 'X', prefix);
      break;
    }
    case 'o':
      formatInteger(&formatter, conversion, unsignedArgument(&list, conversion.bytes), 8, 0,
                    conversion.alternate ? "0" : "");
      break;
    case 'p':
      formatInteger(&formatter, conversion, (unsigned long)va_arg(list, void*), 16, 0, "0x");
      break;
    case 'f':
      formatFixed(&formatter, &conversion, va_arg(list, double));
      break;
    case 'c':
    {
      char c = (char)va_arg(list, int);
      formatString(&formatter, &conversion, &c, 1);
      break;
    }
    case 's':
    {
      const char* text = va_arg(list, const char*);
      if (!text)
        text = "(null)";
      size_t length = conversion.precision >= 0 ? strnlen(text, (size_t)conversion.precision) : strlen(text);
      formatString(&formatter, &conversion, text, length);
      break;
    }
    case '%':
      emit(&formatter, "%", 1);
      break;
    default: // unknown: printed as it stands, so that the mistake can be seen
      emit(&formatter, start, (size_t)(format - start));
      continue;
    }
    ++format;
  }
  va_end(list);
  return formatter.length;
}
