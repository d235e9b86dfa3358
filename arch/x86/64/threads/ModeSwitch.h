#pragma once

/// The two register sets of a user thread, as interrupt handlers that work on its behalf use them. Interrupts disabled.
class ModeSwitch
{
public:
  /// After an entry from user mode: from now on the running thread may be interrupted and rescheduled in the kernel.
  static void enterKernelMode();

  /// Switches the running thread back to user mode; does not return. Ends the thread if somebody asked for that.
  [[noreturn]] static void returnToUserMode();

  /// Continues currentThread with currentThreadRegisters, having checked that this is right; does not return.
  [[noreturn]] static void contextSwitch();

  ModeSwitch() = delete;
};
