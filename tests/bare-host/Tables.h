#pragma once

#include "types.h"

/// Descriptor tables. There are two copies of them, because a kernel may change its tables whenever it likes.
namespace Tables
{
constexpr uint16 USER_DATA = 0x40 | 3;
constexpr uint16 LDT = 0x60;
constexpr uint16 LOCAL_DATA = 0x08 | 4 | 3; ///< in the LDT

/// Fills both copies and loads the first, the TSS and the LDT. Every exception stops the machine from then on.
void initialise();
/// Loads a copy, 0 or 1.
void use(unsigned copy);
} // namespace Tables
