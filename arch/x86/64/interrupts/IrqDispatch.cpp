#include "IrqDispatch.h"

#include "Pic8259.h"
#include "debug.h"

void IrqDispatch::handle(uint8 irq)
{
  if (!Pic8259::beginInterrupt(irq))
  {
    debug(A_INTERRUPTS, "Spurious interrupt %u\n", irq);
    return;
  }
  if (handlers_[irq])
    handlers_[irq]();
  else
    debug(A_INTERRUPTS, "Interrupt %u has no handler\n", irq);
  Pic8259::endInterrupt(irq);
}
