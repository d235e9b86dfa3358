#pragma once

#include "types.h"

/// Takes an escape sequence (ECMA-48) apart, byte by byte, wherever the text was cut. Strings for the terminal itself
/// (its title, and others: OSC, DCS, SOS, PM, APC) are swallowed whole.
class EscapeSequence
{
public:
  enum class Kind : uint8
  {
    INCOMPLETE,
    IGNORED, ///< complete, and of no meaning for a screen
    CUT,     ///< by this byte, a control character that has its own meaning
    ESCAPE,  ///< ESC and command()
    CONTROL  ///< ESC [ with parameters and command()
  };

  /// An ESC has come.
  void begin();

  bool isUnderWay() const { return state_ != State::NONE; }

  /// Takes the next byte of a sequence that is under way.
  Kind take(uint8 byte);

  uint8 command() const { return command_; }

  /// A control sequence that begins with one of < = > ?
  bool isPrivate() const { return private_; }

  uint32 count() const { return count_; }

  /// The parameter at `index`, or `otherwise` when it is missing or 0.
  uint32 parameter(uint32 index, uint32 otherwise) const;

private:
  enum class State : uint8
  {
    NONE,
    ESCAPE,
    INTERMEDIATE,  // ESC ( and the like
    CONTROL,       // ESC [
    STRING,        // ESC ] and the like
    END_OF_STRING, // an ESC in a string
  };

  static constexpr uint32 MAX_PARAMETERS = 8;

  Kind escape(uint8 byte);
  Kind control(uint8 byte);
  Kind string(uint8 byte);
  Kind end(Kind kind, uint8 command);

  State state_ = State::NONE;
  uint8 command_ = 0;
  bool private_ = false;
  bool intermediate_ = false; ///< a character between the parameters and the command: another command
  uint32 count_ = 0;
  uint32 parameters_[MAX_PARAMETERS] = {};
};
