#include "kformat.h"

#include "CutMark.h"
#include "kstring.h"

BufferSink::BufferSink(char* buffer, size_t size) : buffer_(buffer), size_(size) {}

void BufferSink::write(const char* text, size_t length)
{
  for (size_t index = 0; index < length; ++index, ++length_)
    if (length_ + 1 < size_)
      buffer_[length_] = text[index];
}

size_t BufferSink::finish()
{
  if (length_ < size_)
    buffer_[length_] = '\0';
  else if (size_ != 0)
    endWithMark();
  return length_;
}

void BufferSink::endWithMark()
{
  const CutMark mark(buffer_, length_, size_ - 1);
  memcpy(buffer_ + mark.kept(), mark.text(), mark.length());
  buffer_[mark.kept() + mark.length()] = '\0';
}

namespace
{
enum class Length
{
  CHAR,
  SHORT,
  INT,
  LONG
};

constexpr int NO_PRECISION = -1;

/// One conversion specification, taken apart.
struct Specification
{
  bool left = false;
  bool zero = false;
  bool plus = false;
  bool space = false;
  bool alternate = false;
  int width = 0;
  int precision = NO_PRECISION;
  Length length = Length::INT;
};

void fill(FormatSink& sink, char character, int count)
{
  for (; count > 0; --count)
    sink.write(&character, 1);
}

void text(FormatSink& sink, const Specification& spec, const char* string)
{
  if (string == nullptr)
    string = "(null)";
  size_t length = spec.precision == NO_PRECISION ? strlen(string) : strnlen(string, spec.precision);
  int padding = spec.width - static_cast<int>(length);
  if (!spec.left)
    fill(sink, ' ', padding);
  sink.write(string, length);
  if (spec.left)
    fill(sink, ' ', padding);
}

/// Prints the digits of `value`, after `prefix` (a sign or 0x), within the width.
void number(FormatSink& sink, const Specification& spec, uint64 value, uint32 base, bool upper, const char* prefix)
{
  const char* alphabet = upper ? "0123456789ABCDEF" : "0123456789abcdef";
  char digits[24]; // 22 octal digits make 64 bits
  int count = 0;
  for (uint64 rest = value; rest != 0; rest /= base)
    digits[sizeof(digits) - ++count] = alphabet[rest % base];

  int minimum = spec.precision == NO_PRECISION ? 1 : spec.precision;
  int zeros = count < minimum ? minimum - count : 0;
  int prefix_length = static_cast<int>(strlen(prefix));
  int padding = spec.width - prefix_length - zeros - count;
  // ISO C: the flag 0 gives way to - and to a precision.
  if (spec.zero && !spec.left && spec.precision == NO_PRECISION && padding > 0)
  {
    zeros += padding;
    padding = 0;
  }

  if (!spec.left)
    fill(sink, ' ', padding);
  sink.write(prefix, prefix_length);
  fill(sink, '0', zeros);
  sink.write(digits + sizeof(digits) - count, count);
  if (spec.left)
    fill(sink, ' ', padding);
}

/// The arguments in a struct, so that they can be passed on by reference (va_list may be an array type).
struct Arguments
{
  va_list list;
};

int64 signedArgument(Arguments& arguments, Length length)
{
  switch (length)
  {
  case Length::CHAR:
    return static_cast<signed char>(va_arg(arguments.list, int));
  case Length::SHORT:
    return static_cast<short>(va_arg(arguments.list, int));
  case Length::INT:
    return va_arg(arguments.list, int);
  case Length::LONG:
    break;
  }
  return va_arg(arguments.list, long);
}

uint64 unsignedArgument(Arguments& arguments, Length length)
{
  switch (length)
  {
  case Length::CHAR:
    return static_cast<unsigned char>(va_arg(arguments.list, unsigned));
  case Length::SHORT:
    return static_cast<unsigned short>(va_arg(arguments.list, unsigned));
  case Length::INT:
    return va_arg(arguments.list, unsigned);
  case Length::LONG:
    break;
  }
  return va_arg(arguments.list, unsigned long);
}

int parseNumber(const char*& format, Arguments& arguments)
{
  if (*format == '*')
  {
    ++format;
    return va_arg(arguments.list, int);
  }
  int value = 0;
  for (; *format >= '0' && *format <= '9'; ++format)
    value = value < 10000 ? value * 10 + (*format - '0') : value; // far beyond any sensible width; must not overflow
  return value;
}

void parseFlags(const char*& format, Specification& spec)
{
  for (;; ++format)
  {
    switch (*format)
    {
    case '-':
      spec.left = true;
      break;
    case '0':
      spec.zero = true;
      break;
    case '+':
      spec.plus = true;
      break;
    case ' ':
      spec.space = true;
      break;
    case '#':
      spec.alternate = true;
      break;
    default:
      return;
    }
  }
}

void parseLength(const char*& format, Specification& spec)
{
  for (;; ++format)
  {
    switch (*format)
    {
    case 'h':
      spec.length = spec.length == Length::SHORT ? Length::CHAR : Length::SHORT;
      break;
    case 'l': // long, long long, size_t, ptrdiff_t and intmax_t are all 64 bits wide here
    case 'z':
    case 't':
    case 'j':
      spec.length = Length::LONG;
      break;
    default:
      return;
    }
  }
}

Specification parse(const char*& format, Arguments& arguments)
{
  Specification spec;
  parseFlags(format, spec);
  spec.width = parseNumber(format, arguments);
  if (spec.width < 0)
  {
    spec.left = true;
    spec.width = -spec.width;
  }
  if (*format == '.')
  {
    spec.precision = parseNumber(++format, arguments);
    if (spec.precision < 0)
      spec.precision = NO_PRECISION;
  }
  parseLength(format, spec);
  return spec;
}

/// Prints one conversion; false when `conversion` is none.
bool convert(FormatSink& sink, char conversion, Specification& spec, Arguments& arguments)
{
  switch (conversion)
  {
  case 'd':
  case 'i':
  {
    int64 value = signedArgument(arguments, spec.length);
    uint64 magnitude = value < 0 ? -static_cast<uint64>(value) : static_cast<uint64>(value);
    number(sink, spec, magnitude, 10, false, value < 0 ? "-" : spec.plus ? "+" : spec.space ? " " : "");
    return true;
  }
  case 'u':
    number(sink, spec, unsignedArgument(arguments, spec.length), 10, false, "");
    return true;
  case 'o':
    number(sink, spec, unsignedArgument(arguments, spec.length), 8, false, spec.alternate ? "0" : "");
    return true;
  case 'x':
  case 'X':
  {
    uint64 value = unsignedArgument(arguments, spec.length);
    bool upper = conversion == 'X';
    number(sink, spec, value, 16, upper, spec.alternate && value != 0 ? (upper ? "0X" : "0x") : "");
    return true;
  }
  case 'p':
    number(sink, spec, reinterpret_cast<pointer>(va_arg(arguments.list, void*)), 16, false, "0x");
    return true;
  case 's':
    text(sink, spec, va_arg(arguments.list, const char*));
    return true;
  case 'c':
  {
    char character = static_cast<char>(va_arg(arguments.list, int));
    if (!spec.left)
      fill(sink, ' ', spec.width - 1);
    sink.write(&character, 1);
    if (spec.left)
      fill(sink, ' ', spec.width - 1);
    return true;
  }
  case '%':
    sink.write("%", 1);
    return true;
  default:
    return false;
  }
}
} // namespace

void kvformat(FormatSink& sink, const char* format, va_list list)
{
  Arguments arguments;
  va_copy(arguments.list, list);
  while (*format != '\0')
  {
    const char* start = format;
    while (*format != '\0' && *format != '%')
      ++format;
    sink.write(start, format - start);
    if (*format == '\0')
      break;

    start = format++;
    Specification spec = parse(format, arguments);
    if (*format != '\0' && convert(sink, *format, spec, arguments))
      ++format;
    else
      sink.write(start, format - start);
  }
  va_end(arguments.list);
}

void kformat(FormatSink& sink, const char* format, ...)
{
  va_list arguments;
  va_start(arguments, format);
  kvformat(sink, format, arguments);
  va_end(arguments);
}

size_t kvsnprintf(char* buffer, size_t size, const char* format, va_list arguments)
{
  BufferSink sink(buffer, size);
  kvformat(sink, format, arguments);
  return sink.finish();
}

size_t ksnprintf(char* buffer, size_t size, const char* format, ...)
{
  va_list arguments;
  va_start(arguments, format);
  size_t length = kvsnprintf(buffer, size, format, arguments);
  va_end(arguments);
  return length;
}
