#pragma once

#include "rust/cxx.h"
#include <cstdint>

struct Program;

/// What the kernel makes of a program file, in a user space that ends at `limit`. Throws what it refuses.
Program parse_program(rust::Slice<const uint8_t> file, uint64_t limit);
