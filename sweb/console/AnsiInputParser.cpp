#include "AnsiInputParser.h"

using namespace key_codes;

namespace
{
/// The key of `ESC [ n ~` (VT220), NONE for a number without one. The gaps in the numbers are DEC's.
uint8 tildeKey(uint32 number)
{
  static constexpr uint8 KEYS[] = {NONE,   HOME,   INSERT, DELETE, END,    PAGE_UP, PAGE_DOWN, HOME, END,
                                   NONE,   NONE,   F1,     F1 + 1, F1 + 2, F1 + 3,  F1 + 4,    NONE, F1 + 5,
                                   F1 + 6, F1 + 7, F1 + 8, F1 + 9, NONE,   F1 + 10, F1 + 11};
  return number < sizeof(KEYS) ? KEYS[number] : NONE;
}

/// The key of `ESC [ letter` or `ESC O letter`.
uint8 letterKey(uint8 letter)
{
  switch (letter)
  {
  case 'A':
    return UP;
  case 'B':
    return DOWN;
  case 'C':
    return RIGHT;
  case 'D':
    return LEFT;
  case 'H':
    return HOME;
  case 'F':
    return END;
  case 'M': // Enter of the keypad
    return '\n';
  case 'P':
  case 'Q':
  case 'R':
  case 'S':
    return F1 + (letter - 'P');
  default:
    return NONE;
  }
}
} // namespace

bool AnsiInputParser::parse(uint8 byte, Key& key)
{
  key = Key{};
  switch (state_)
  {
  case State::GROUND:
    return ground(byte, key);
  case State::ESCAPE:
    return escape(byte, key);
  case State::SEQUENCE:
    return sequence(byte, key);
  case State::SHIFTED:
    state_ = State::GROUND;
    key.code = letterKey(byte);
    return key.code != NONE;
  case State::LINUX: // the Linux console sends ESC [ [ A to E for F1 to F5
    state_ = State::GROUND;
    key.code = byte >= 'A' && byte <= 'E' ? F1 + (byte - 'A') : NONE;
    return key.code != NONE;
  }
  return false;
}

bool AnsiInputParser::timeout(Key& key)
{
  key = Key{};
  bool escape = state_ == State::ESCAPE;
  state_ = State::GROUND;
  if (escape)
    key.code = ESCAPE;
  return escape;
}

bool AnsiInputParser::ground(uint8 byte, Key& key)
{
  constexpr uint8 ANSI_DELETE = 0x7F; // what today's terminals send for Backspace
  if (byte == ESCAPE)
  {
    state_ = State::ESCAPE;
    return false;
  }
  if (byte == '\r')
    key.code = '\n';
  else if (byte == ANSI_DELETE)
    key.code = '\b';
  else if (byte < 0x80)
    key.code = byte;
  key.ctrl = key.code != NONE && key.code < ' ' && key.code != '\n' && key.code != '\b' && key.code != '\t';
  return key.code != NONE;
}

bool AnsiInputParser::escape(uint8 byte, Key& key)
{
  switch (byte)
  {
  case '[':
    state_ = State::SEQUENCE;
    parameter_count_ = 0;
    parameters_[0] = parameters_[1] = 0;
    return false;
  case 'O':
    state_ = State::SHIFTED;
    return false;
  case ESCAPE: // the first was the key; the second may begin a sequence
    key.code = ESCAPE;
    return true;
  default: // Alt with a key
    state_ = State::GROUND;
    key.alt = true;
    if (!ground(byte, key))
      return false;
    return true;
  }
}

bool AnsiInputParser::sequence(uint8 byte, Key& key)
{
  if (byte == '[' && parameter_count_ == 0 && parameters_[0] == 0)
  {
    state_ = State::LINUX;
    return false;
  }
  if (byte >= '0' && byte <= '9')
  {
    uint32& value = parameters_[parameter_count_];
    value = value < 1000 ? value * 10 + byte - '0' : value;
    return false;
  }
  if (byte == ';')
  {
    if (parameter_count_ + 1 < MAX_PARAMETERS)
      ++parameter_count_;
    return false;
  }
  if (byte >= '@' && byte <= '~')
  {
    state_ = State::GROUND;
    return final(byte, key);
  }
  if (byte < ' ') // a control character is no part of a sequence: it begins anew
  {
    state_ = State::GROUND;
    return ground(byte, key);
  }
  return false;
}

bool AnsiInputParser::final(uint8 byte, Key& key)
{
  if (byte == 'Z') // Shift+Tab
    key = Key{.code = '\t', .shift = true};
  else
    key.code = byte == '~' ? tildeKey(parameters_[0]) : letterKey(byte);

  // The second parameter is one more than a set of bits: 1 shift, 2 alt, 4 ctrl.
  if (parameters_[1] > 1)
  {
    uint32 modifiers = parameters_[1] - 1;
    key.shift = (modifiers & 1) != 0;
    key.alt = (modifiers & 2) != 0;
    key.ctrl = (modifiers & 4) != 0;
  }
  return key.code != NONE;
}
