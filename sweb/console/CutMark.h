#pragma once

#include "types.h"

/// Says in a text how much of it is missing, where there is not enough room for all: "[... 812 more bytes]", behind the
/// last whole line that fits, or in the middle of a line that is as long as that. A room for a few words only is too
/// small for it. The hypervisor's texts (machine/src/cut.rs) end in the same way.
class CutMark
{
public:
  /// Of a text with `length` bytes, which is more than `room`; only those that have room are looked at.
  CutMark(const char* text, size_t length, size_t room);

  /// How much of the text comes before the mark.
  [[nodiscard]] size_t kept() const { return kept_; }
  [[nodiscard]] const char* text() const { return mark_; }
  [[nodiscard]] size_t length() const { return mark_length_; }

private:
  static constexpr size_t MAX_MARK = 48;

  size_t kept_;
  size_t mark_length_ = 0;
  char mark_[MAX_MARK] = "";
};
