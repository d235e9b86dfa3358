#pragma once

#include "types.h"

/// What the host prints goes to port 0xE9, and from there into the emulator's log.
namespace Console
{
void print(const char* text);
void print(const char* text, size_t length);
/// In hexadecimal.
void print(uint64 number);
/// Prints the text and stops the machine.
[[noreturn]] void die(const char* text);
} // namespace Console
