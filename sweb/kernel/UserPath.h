#pragma once

#include "UserMemory.h"
#include "errno.h"

/// A path a process passed to a system call, copied into the kernel.
class UserPath
{
public:
  static constexpr size_t MAX_SIZE = 512;

  explicit UserPath(pointer user_path) : result_(UserMemory::copyString(text_, MAX_SIZE, user_path))
  {
    if (result_ == 0)
      result_ = -ENOENT; // an empty path names nothing
  }

  /// 0, or why there is no path: -EFAULT, -ENAMETOOLONG, -ENOENT, -ENOMEM.
  [[nodiscard]] int64 error() const { return result_ < 0 ? result_ : 0; }
  [[nodiscard]] const char* text() const { return text_; }

private:
  char text_[MAX_SIZE];
  ssize_t result_;
};
