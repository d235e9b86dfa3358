#pragma once

#include "types.h"

/// The arguments (argv) of a program that is being started: strings one after the other, each with its zero.
class ProgramArguments
{
public:
  static constexpr size_t MAX_COUNT = 64;
  static constexpr size_t MAX_BYTES = 2048; ///< all strings together, with their zeroes

  /// Appends one argument. Returns 0, or -E2BIG if there is no room.
  [[nodiscard]] int64 add(const char* argument);

  /// Appends the strings of the current process' null-terminated array at `user_argv`. Returns 0, -E2BIG, -EFAULT or
  /// -ENOMEM.
  [[nodiscard]] int64 addFromUser(pointer user_argv);

  [[nodiscard]] size_t count() const { return count_; }
  [[nodiscard]] const char* text() const { return text_; }
  [[nodiscard]] size_t bytes() const { return bytes_; }

private:
  size_t count_ = 0;
  size_t bytes_ = 0;
  char text_[MAX_BYTES];
};
