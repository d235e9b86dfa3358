#pragma once

#include "FormatSink.h"

class Thread;

/// Prints the calls in a program that led to where its thread left user mode, found by its frame pointers. Nothing in
/// user memory is trusted, or loaded.
class UserBacktrace
{
public:
  static constexpr uint32 MAX_FRAMES = 32;

  /// No effect for a thread that has no user mode.
  static void print(FormatSink& sink, const Thread& thread);

  UserBacktrace() = delete;
};
