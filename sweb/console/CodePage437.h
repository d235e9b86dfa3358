#pragma once

#include "types.h"

/// The character set of the PC's text mode. The 32 below the blank are pictures here, and a NUL looks like a blank.
namespace code_page_437
{
/// A small square, shown for characters it does not have.
constexpr uint8 UNKNOWN = 0xFE;

uint32 toUnicode(uint8 character);

/// The code of a character that is no control character; UNKNOWN when there is none.
uint8 fromUnicode(uint32 character);
} // namespace code_page_437
