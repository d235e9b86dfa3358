#pragma once

#include "types.h"

/// System calls on processes. Arguments come unchecked from the calling process. Results: >= 0, or -E....
class ProcessSyscall
{
public:
  /// Starts the program at `path` with the null-terminated array of arguments at `argv` (or with the path as its only
  /// one, if argv is 0) on the caller's terminal and in its working directory. With `wait`, waits for its end and
  /// stores its exit code at `exit_code`, unless that is 0. Returns the process id.
  static int64 createProcess(pointer path, bool wait, pointer argv, pointer exit_code);

  static int64 getPid();
  static int64 processList(pointer buffer, size_t size);

  ProcessSyscall() = delete;
};
