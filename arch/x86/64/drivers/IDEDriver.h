#pragma once

/// Finds the disks of the two legacy IDE channels and gives them to the BDManager.
class IDEDriver
{
public:
  /// While the system boots, after the heap, the clock and the interrupt controller.
  static void detectDrives();

  IDEDriver() = delete;
};
