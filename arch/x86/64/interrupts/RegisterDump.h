#pragma once

struct InterruptFrame;

/// Prints the registers of an interrupt frame, and the control registers, to the debug output.
class RegisterDump
{
public:
  static void print(const InterruptFrame& frame);

  RegisterDump() = delete;
};
