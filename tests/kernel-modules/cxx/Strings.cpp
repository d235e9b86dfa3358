#include "Strings.h"

rust::String string_append(rust::Str text, rust::Str more)
{
  return toRust(toKernel(text) + toKernel(more));
}

rust::String string_append_self(rust::Str text)
{
  ustl::string result = toKernel(text);
  result.append(result.c_str(), result.size());
  return toRust(result);
}

rust::String string_substr(rust::Str text, size_t from, size_t count)
{
  return toRust(toKernel(text).substr(from, count));
}

rust::String string_erase(rust::Str text, size_t from, size_t count)
{
  return toRust(toKernel(text).erase(from, count));
}

size_t string_find(rust::Str text, rust::Str pattern, size_t from)
{
  return toKernel(text).find(toKernel(pattern), from);
}

size_t string_rfind(rust::Str text, uint8_t character)
{
  return toKernel(text).rfind(static_cast<char>(character));
}

int32_t string_compare(rust::Str a, rust::Str b)
{
  int order = toKernel(a).compare(toKernel(b));
  return (order > 0) - (order < 0);
}
