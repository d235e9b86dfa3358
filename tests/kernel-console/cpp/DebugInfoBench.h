#pragma once

#include "rust/cxx.h"

#include <cstdint>

struct SourcePlace;

rust::Vec<SourcePlace> find_places(rust::Slice<const uint8_t> table, uint64_t address);
