#pragma once

#include "rust/cxx.h"
#include "ustring.h"
#include <string>

/// Between the three kinds of text.
inline ustl::string toKernel(rust::Str text)
{
  return ustl::string(text.data(), text.size());
}

inline rust::String toRust(const ustl::string& text)
{
  return rust::String::lossy(text.c_str(), text.size());
}

rust::String string_append(rust::Str text, rust::Str more);
/// The text appended to itself from within.
rust::String string_append_self(rust::Str text);
rust::String string_substr(rust::Str text, size_t from, size_t count);
rust::String string_erase(rust::Str text, size_t from, size_t count);
size_t string_find(rust::Str text, rust::Str pattern, size_t from);
size_t string_rfind(rust::Str text, uint8_t character);
int32_t string_compare(rust::Str a, rust::Str b);
