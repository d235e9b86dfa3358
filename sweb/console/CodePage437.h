#pragma once

#include "types.h"

/// The character set of the PC's text mode.
namespace code_page_437
{
/// Longest UTF-8 sequence of any of its characters.
constexpr uint32 MAX_LENGTH = 3;

/// Writes a character as UTF-8 and returns the number of bytes. The 32 below the blank are pictures here, and a NUL
/// looks like a blank.
uint32 toUtf8(uint8 character, char (&bytes)[MAX_LENGTH]);
} // namespace code_page_437
