#pragma once

#include "types.h"

/// The two cascaded 8259A interrupt controllers ("8259A Programmable Interrupt Controller", Intel 231468).
class Pic8259
{
public:
  /// Vector of interrupt line 0; the other lines follow.
  static constexpr uint8 FIRST_VECTOR = 0x20;

  /// Programs both controllers and masks every line.
  static void initialise();

  static void enableIrq(uint8 irq);
  static void disableIrq(uint8 irq);

  /// To be called first for every interrupt of the controllers. Returns false for a spurious one (line 7 or 15 without
  /// a request in service), which then has been acknowledged as far as it needs to be.
  [[nodiscard]] static bool beginInterrupt(uint8 irq);

  /// Sends the end-of-interrupt command.
  static void endInterrupt(uint8 irq);

  /// Interrupts begun and not ended.
  [[nodiscard]] static uint32 outstandingEOIs() { return outstanding_eois_; }

  Pic8259() = delete;

private:
  static void writeMask(uint8 irq);
  static bool isInService(uint8 irq);

  static uint16 mask_;
  static uint32 outstanding_eois_;
};
