#pragma once

#include "types.h"

/// The debug output of emulators: port 0xE9, one byte a write (Bochs' port_e9_hack, QEMU's -debugcon). On a machine
/// without it the bytes go nowhere. Callable in any context, from the first instruction of C++ on.
class DebugPort
{
public:
  /// Writes all of it with one string instruction, so that as a guest it costs one VM exit, not one per character.
  static void write(const char* text, size_t length);

private:
  static constexpr uint16 PORT = 0xE9;
};
