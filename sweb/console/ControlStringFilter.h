#pragma once

#include "types.h"

/// Takes the control strings (OSC, DCS and their like) out of a stream for an ANSI terminal. They give the terminal a
/// title or have it answer questions, and that is for the console to say: whoever looks would else take one machine for
/// another.
class ControlStringFilter
{
public:
  static constexpr size_t MAX_LENGTH = 2;

  /// The next byte of the stream. Writes what may go on (none, this, or an ESC that was held back as well) to `bytes`
  /// and returns how many they are.
  size_t pass(char byte, char* bytes)
  {
    if (state_ == State::STRING && static_cast<uint8>(byte) >= ' ')
      return 0;
    if (state_ == State::STRING && byte != ESC) // BEL; or whatever no string contains
    {
      state_ = State::TEXT;
      return byte == '\a' ? 0 : put(byte, bytes);
    }
    const bool after_esc = state_ == State::ESCAPE;
    if (after_esc && begins(byte))
    {
      state_ = State::STRING;
      return 0;
    }
    state_ = byte == ESC ? State::ESCAPE : State::TEXT;
    const size_t held = after_esc ? put(ESC, bytes) : 0;
    return byte == ESC ? held : held + put(byte, bytes + held);
  }

  /// Whether this, behind an ESC, begins a control string.
  static bool begins(uint8 byte) { return byte == ']' || byte == 'P' || byte == 'X' || byte == '^' || byte == '_'; }

private:
  enum class State : uint8
  {
    TEXT,
    ESCAPE,
    STRING
  };

  static constexpr char ESC = '\033';

  static size_t put(char byte, char* bytes)
  {
    *bytes = byte;
    return 1;
  }

  State state_ = State::TEXT;
};
