#pragma once

/// Switches the machine off or restarts it. Whoever calls has ended what must end: file systems unmounted, VMs
/// destroyed.
class Power
{
public:
  /// Switches off once the serial output has left; halts on a machine that cannot be switched off this way.
  [[noreturn]] static void off();

  /// Restarts the machine.
  [[noreturn]] static void reset();

  Power() = delete;
};
