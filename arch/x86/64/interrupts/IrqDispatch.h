#pragma once

#include "ArchInterrupts.h"

/// Serves the interrupts of the 8259 pair.
class IrqDispatch
{
public:
  /// Runs the line's handler and ends the interrupt. Called by the interrupt entry.
  static void handle(uint8 irq);

  IrqDispatch() = delete;

private:
  friend class ArchInterrupts;

  static ArchInterrupts::IrqHandler handlers_[ArchInterrupts::IRQ_COUNT];
};
