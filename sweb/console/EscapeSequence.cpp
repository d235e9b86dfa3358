#include "EscapeSequence.h"

#include "ControlStringFilter.h"

namespace
{
constexpr uint8 BELL = 0x07;
constexpr uint8 CANCEL = 0x18;
constexpr uint8 SUBSTITUTE = 0x1A;
constexpr uint8 ESCAPE_BYTE = 0x1B;
} // namespace

void EscapeSequence::begin()
{
  state_ = State::ESCAPE;
  private_ = false;
  intermediate_ = false;
  count_ = 0;
  parameters_[0] = 0;
}

EscapeSequence::Kind EscapeSequence::take(uint8 byte)
{
  if (byte == CANCEL || byte == SUBSTITUTE)
    return end(Kind::CUT, byte);
  switch (state_)
  {
  case State::ESCAPE:
  case State::INTERMEDIATE:
    return escape(byte);
  case State::CONTROL:
    return control(byte);
  default:
    return string(byte);
  }
}

EscapeSequence::Kind EscapeSequence::escape(uint8 byte)
{
  if (byte >= ' ' && byte < '0')
  {
    state_ = State::INTERMEDIATE;
    return Kind::INCOMPLETE;
  }
  if (byte == ESCAPE_BYTE)
  {
    begin();
    return Kind::INCOMPLETE;
  }
  if (state_ == State::INTERMEDIATE)
    return end(Kind::IGNORED, byte);
  if (byte == '[' || ControlStringFilter::begins(byte))
  {
    state_ = byte == '[' ? State::CONTROL : State::STRING;
    return Kind::INCOMPLETE;
  }
  return end(byte >= '0' && byte <= '~' ? Kind::ESCAPE : Kind::IGNORED, byte);
}

EscapeSequence::Kind EscapeSequence::control(uint8 byte)
{
  if (byte >= '0' && byte <= '9')
  {
    uint32& value = parameters_[count_];
    value = value < 10000 ? value * 10 + byte - '0' : value;
  }
  else if (byte == ';' || byte == ':')
  {
    if (count_ + 1 < MAX_PARAMETERS)
      ++count_;
    parameters_[count_] = 0;
  }
  else if (byte >= '<' && byte <= '?')
    private_ = true;
  else if (byte >= ' ' && byte < '0')
    intermediate_ = true;
  else if (byte == ESCAPE_BYTE)
    begin();
  else if (byte >= '@' && byte <= '~')
  {
    ++count_;
    return end(intermediate_ ? Kind::IGNORED : Kind::CONTROL, byte);
  }
  return Kind::INCOMPLETE;
}

EscapeSequence::Kind EscapeSequence::string(uint8 byte)
{
  if (state_ == State::END_OF_STRING)
  {
    if (byte == '\\')
      return end(Kind::IGNORED, byte);
    begin(); // the ESC ended the string, and begins another sequence
    return escape(byte);
  }
  if (byte == BELL)
    return end(Kind::IGNORED, byte);
  if (byte < ' ' && byte != ESCAPE_BYTE)
    return end(Kind::CUT, byte);
  if (byte == ESCAPE_BYTE)
    state_ = State::END_OF_STRING;
  return Kind::INCOMPLETE;
}

EscapeSequence::Kind EscapeSequence::end(Kind kind, uint8 command)
{
  state_ = State::NONE;
  command_ = command;
  return kind;
}

uint32 EscapeSequence::parameter(uint32 index, uint32 otherwise) const
{
  return index < count_ && parameters_[index] != 0 ? parameters_[index] : otherwise;
}
