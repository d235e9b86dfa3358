#pragma once

#include "types.h"

/// Takes the reports of a terminal's size, `ESC [ 8 ; rows ; columns t` (xterm), out of what the terminal sends. They
/// are no keys: nobody typed them, and neither a program nor a guest is to read them.
class SizeReport
{
public:
  /// Asks the terminal. One that does not understand ignores it.
  static constexpr char QUESTION[] = "\033[18t";

  /// Longest report that is recognised; so much may be passed on at once.
  static constexpr size_t MAX_LENGTH = 13;

  /// Takes the next byte. Writes what may go on, as soon as it cannot become a report, to `bytes` and returns how many
  /// they are.
  size_t pass(uint8 byte, uint8 (&bytes)[MAX_LENGTH + 1]);

  /// Bytes are held back that may become a report. When nothing follows within some 50 ms, call release().
  bool isPending() const { return held_ != 0; }

  /// They are none: as pass(), without another byte.
  size_t release(uint8 (&bytes)[MAX_LENGTH + 1]);

  /// True once for each report.
  [[nodiscard]] bool take(uint32& columns, uint32& rows);

private:
  static constexpr uint32 NUMBERS = 3; ///< 8, the rows and the columns

  /// Whether the bytes held and this one are the beginning of a report; reads its numbers.
  bool continues(uint8 byte);
  void complete();

  uint8 bytes_[MAX_LENGTH];
  size_t held_ = 0;
  uint32 number_ = 0; ///< which one is being read
  uint32 numbers_[NUMBERS] = {};
  uint32 columns_ = 0; ///< 0: no report
  uint32 rows_ = 0;
};
