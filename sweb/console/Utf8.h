#pragma once

#include "types.h"

namespace utf8
{
/// Longest encoding of a character.
constexpr uint32 MAX_LENGTH = 4;

/// Stands for what is no character: U+FFFD.
constexpr uint32 REPLACEMENT = 0xFFFD;

/// Writes a character as UTF-8 and returns the number of bytes.
uint32 encode(uint32 character, char (&bytes)[MAX_LENGTH]);

/// Columns a terminal gives a character: 2 for those of East Asia and for emoji, 0 for marks that are put on the one
/// before, 1 for all others. By blocks, so a rare character of a block may be counted wrongly.
uint32 width(uint32 character);
} // namespace utf8

/// Turns UTF-8 into characters, byte by byte.
class Utf8Decoder
{
public:
  /// Takes the next byte; true when it completed a character. One that is malformed becomes a REPLACEMENT.
  /// `again` is set when the byte did not belong to it and has to be given once more.
  bool decode(uint8 byte, uint32& character, bool& again);

  /// In the middle of a character.
  bool isPending() const { return missing_ != 0; }

private:
  uint32 character_ = 0;
  uint32 least_ = 0;   ///< smaller ones have a shorter encoding, so this one is malformed
  uint32 missing_ = 0; ///< bytes that must follow
};
