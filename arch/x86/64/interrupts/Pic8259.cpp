#include "Pic8259.h"

#include "ports.h"

namespace
{
constexpr uint16 MASTER_COMMAND = 0x20;
constexpr uint16 MASTER_DATA = 0x21;
constexpr uint16 SLAVE_COMMAND = 0xA0;
constexpr uint16 SLAVE_DATA = 0xA1;

constexpr uint8 ICW1_INITIALISE_CASCADED_EDGE_ICW4 = 0x11;
constexpr uint8 ICW4_8086 = 0x01;
constexpr uint8 OCW2_END_OF_INTERRUPT = 0x20; ///< non-specific
constexpr uint8 OCW3_READ_IN_SERVICE = 0x0B;

constexpr uint8 CASCADE_IRQ = 2;
} // namespace

constinit uint16 Pic8259::mask_ = 0xFFFF;
constinit uint32 Pic8259::outstanding_eois_ = 0;

void Pic8259::initialise()
{
  outportb(MASTER_COMMAND, ICW1_INITIALISE_CASCADED_EDGE_ICW4);
  outportb(SLAVE_COMMAND, ICW1_INITIALISE_CASCADED_EDGE_ICW4);
  outportb(MASTER_DATA, FIRST_VECTOR);
  outportb(SLAVE_DATA, FIRST_VECTOR + 8);
  outportb(MASTER_DATA, 1 << CASCADE_IRQ); // ICW3 of the master: the lines with a slave
  outportb(SLAVE_DATA, CASCADE_IRQ);       // ICW3 of the slave: its own number
  outportb(MASTER_DATA, ICW4_8086);
  outportb(SLAVE_DATA, ICW4_8086);
  mask_ = 0xFFFF & ~(1 << CASCADE_IRQ); // the slave has masks of its own
  writeMask(0);
  writeMask(8);
}

void Pic8259::writeMask(uint8 irq)
{
  if (irq < 8)
    outportb(MASTER_DATA, static_cast<uint8>(mask_));
  else
    outportb(SLAVE_DATA, static_cast<uint8>(mask_ >> 8));
}

void Pic8259::enableIrq(uint8 irq)
{
  mask_ &= ~(1 << irq);
  writeMask(irq);
}

void Pic8259::disableIrq(uint8 irq)
{
  mask_ |= 1 << irq;
  writeMask(irq);
}

bool Pic8259::isInService(uint8 irq)
{
  const uint16 command = irq < 8 ? MASTER_COMMAND : SLAVE_COMMAND;
  outportb(command, OCW3_READ_IN_SERVICE);
  return inportb(command) & 1 << (irq & 7);
}

bool Pic8259::beginInterrupt(uint8 irq)
{
  // A request that vanishes before it is acknowledged is delivered as the controller's lowest priority, without
  // becoming in-service ("8259A", "Spurious Interrupts"). The slave's has still set the cascade line in service in the
  // master.
  if ((irq & 7) == 7 && !isInService(irq))
  {
    if (irq == 15)
      outportb(MASTER_COMMAND, OCW2_END_OF_INTERRUPT);
    return false;
  }
  ++outstanding_eois_;
  return true;
}

void Pic8259::endInterrupt(uint8 irq)
{
  if (irq >= 8)
    outportb(SLAVE_COMMAND, OCW2_END_OF_INTERRUPT);
  outportb(MASTER_COMMAND, OCW2_END_OF_INTERRUPT);
  --outstanding_eois_;
}
