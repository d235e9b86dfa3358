#pragma once

#include "Key.h"
#include "types.h"

/// What a serial terminal (xterm) sends for a key; the inverse of AnsiInputParser. For the PC keyboard of a user who
/// looks at a guest's serial console.
class AnsiKeyEncoder
{
public:
  static constexpr uint32 MAX_LENGTH = 8;

  /// Writes the bytes and returns their number; 0 for a key that has none.
  static uint32 encode(const Key& key, uint8 (&bytes)[MAX_LENGTH]);

  AnsiKeyEncoder() = delete;
};
