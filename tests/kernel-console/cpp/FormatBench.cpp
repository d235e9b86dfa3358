#include "FormatBench.h"

#include "kernel-console/src/lib.rs.h"
#include "kformat.h"

#include <cstdio>
#include <string>

// The formats come from the test: the compiler cannot check them.
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
#pragma GCC diagnostic ignored "-Wformat-security"

namespace
{
template <typename... Arguments> Formatted formatBoth(rust::Str format, Arguments... arguments)
{
  char kernel[1024];
  char library[1024];
  const std::string text(format);
  const size_t length = ksnprintf(kernel, sizeof(kernel), text.c_str(), arguments...);
  std::snprintf(library, sizeof(library), text.c_str(), arguments...);
  return {rust::String(kernel), rust::String(library), length};
}
} // namespace

Formatted format_signed(rust::Str format, int64_t value)
{
  return formatBoth(format, value);
}

Formatted format_unsigned(rust::Str format, uint64_t value)
{
  return formatBoth(format, value);
}

Formatted format_starred(rust::Str format, int32_t width, int32_t precision, int32_t value)
{
  return formatBoth(format, width, precision, value);
}

Formatted format_text(rust::Str format, rust::Str value)
{
  return formatBoth(format, std::string(value).c_str());
}

Formatted format_cut(rust::Str value, size_t size)
{
  std::string kernel(size + 1, '#');
  std::string library(size + 1, '#');
  const std::string text(value);
  const size_t length = ksnprintf(kernel.data(), size, "%s", text.c_str());
  std::snprintf(library.data(), size, "%s", text.c_str());
  // The C library cuts through characters, and behind a mark is what was there before.
  return {rust::String::lossy(kernel), rust::String::lossy(library), length};
}
