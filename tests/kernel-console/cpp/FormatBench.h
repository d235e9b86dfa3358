#pragma once

#include "rust/cxx.h"

#include <cstddef>
#include <cstdint>

struct Formatted;

Formatted format_signed(rust::Str format, int64_t value);
Formatted format_unsigned(rust::Str format, uint64_t value);
Formatted format_starred(rust::Str format, int32_t width, int32_t precision, int32_t value);
Formatted format_text(rust::Str format, rust::Str value);
Formatted format_cut(rust::Str value, size_t size);
