#pragma once

#include "FormatSink.h"
#include "types.h"

/// Prints chains of calls, found by following the frame pointers that all code of the kernel and its Rust library
/// keeps:
///
///     #0  0xffffffff80104a2f Terminal::write (sweb/console/Terminal.cpp:61)
///     #1  0xffffffff80105f3b Notification::wait (sweb/kernel/Notification.h:23)
///                        in CleanupThread::Run (sweb/kernel/CleanupThread.cpp:18)
///
/// The line with "in" continues the one before: the function there is inlined into that one.
/// Usable in every context, in a panic too: it allocates nothing and follows no pointer that is not mapped.
class Backtrace
{
public:
  static constexpr uint32 MAX_FRAMES = 32;

  /// The calls that led to the caller.
  static void printHere(FormatSink& sink);

  /// The calls that led to the place where somebody was interrupted or left the CPU, from there on.
  static void print(FormatSink& sink, pointer instruction_pointer, pointer frame_pointer);

  /// Prints one line for the call that will return to `return_address`.
  static void printCall(FormatSink& sink, uint32 number, pointer return_address);

  /// Prints where the call is that will return to `return_address`, without a newline: "Terminal::write
  /// (sweb/console/Terminal.cpp:61)".
  static void printCallSite(FormatSink& sink, pointer return_address);

  Backtrace() = delete;

private:
  static uint32 walk(pointer frame_pointer, pointer* return_addresses, uint32 capacity);
  static void printAddress(FormatSink& sink, uint32 number, pointer address, pointer inside);
};
