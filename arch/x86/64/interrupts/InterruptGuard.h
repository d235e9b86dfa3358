#pragma once

#include "ArchInterrupts.h"

/// Interrupts stay disabled while it lives; afterwards the flag is what it was before. Guards may nest.
class InterruptGuard
{
public:
  InterruptGuard() : were_enabled_(ArchInterrupts::disableInterrupts()) {}

  ~InterruptGuard()
  {
    if (were_enabled_)
      ArchInterrupts::enableInterrupts();
  }

  InterruptGuard(const InterruptGuard&) = delete;
  InterruptGuard& operator=(const InterruptGuard&) = delete;

private:
  const bool were_enabled_;
};
