#pragma once

#include "Key.h"
#include "types.h"

/// The scancodes (set 1) that a US keyboard sends when somebody presses and releases a key, with the modifiers it needs
/// around it: so a key typed on a serial terminal can be pressed on a guest's keyboard.
class ScancodeEncoder
{
public:
  /// The longest one: three modifiers pressed and released, an extended key pressed and released.
  static constexpr uint32 MAX_LENGTH = 10;

  /// Writes the bytes and returns their number; 0 for a key a keyboard does not have.
  static uint32 encode(const Key& key, uint8 (&bytes)[MAX_LENGTH]);

private:
  ScancodeEncoder() = delete;
};
