#pragma once

#include "Key.h"
#include "types.h"

/// Turns what a terminal emulator sends for its keys into keys: single bytes, and the escape sequences of xterm, the
/// Linux console and VT220 for arrows, editing and function keys, with their modifiers.
class AnsiInputParser
{
public:
  /// Takes the next byte; true when it completed a key.
  bool parse(uint8 byte, Key& key);

  /// An Escape has come that may be the key itself or the beginning of a sequence. Only time can tell: when nothing
  /// follows within some 50 ms, call timeout().
  bool isPending() const { return state_ != State::GROUND; }

  /// Nothing followed: true when that makes a key (Escape). The parser is in its initial state afterwards.
  bool timeout(Key& key);

private:
  enum class State : uint8
  {
    GROUND,
    ESCAPE,
    SEQUENCE, // ESC [
    SHIFTED,  // ESC O
    LINUX     // ESC [ [
  };

  static constexpr uint32 MAX_PARAMETERS = 2;

  bool ground(uint8 byte, Key& key);
  bool escape(uint8 byte, Key& key);
  bool sequence(uint8 byte, Key& key);
  bool final(uint8 byte, Key& key);

  State state_ = State::GROUND;
  uint32 parameter_count_ = 0;
  uint32 parameters_[MAX_PARAMETERS] = {};
};
