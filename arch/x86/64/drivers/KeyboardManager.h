#pragma once

#include "Notification.h"
#include "RingBuffer.h"
#include "types.h"

/// The PS/2 keyboard behind the 8042 controller. Its interrupt puts scancodes (set 1) into a buffer that one thread,
/// that of the text console, empties.
class KeyboardManager
{
public:
  [[nodiscard]] static KeyboardManager* instance();

  /// Empties the controller and lets the keyboard interrupt.
  void enable();

  /// Sleeps until there is a scancode, and returns it.
  [[nodiscard]] uint8 waitForScancode();

private:
  static constexpr uint8 IRQ = 1;
  static constexpr uint32 BUFFER_SIZE = 256;

  KeyboardManager() : scancodes_(BUFFER_SIZE) {}

  static void serviceIrq();
  void readController();

  RingBuffer<uint8> scancodes_;
  Notification arrived_;
};
