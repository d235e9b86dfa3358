#include "InterruptDescriptorTable.h"

#include "Gdt.h"

extern "C" const uint8 interrupt_stubs[];

namespace
{
constexpr size_t VECTORS = 256;
constexpr size_t STUB_SIZE = 16; // INTERRUPT_STUB_SIZE of entry.S

/// SDM volume 3, "64-Bit Mode IDT".
struct Gate
{
  static constexpr uint8 PRESENT_INTERRUPT_GATE = 0x8E;
  static constexpr uint8 RING_3 = 0x60;

  uint16 offset_low;
  uint16 selector;
  uint8 interrupt_stack;
  uint8 type;
  uint16 offset_middle;
  uint32 offset_high;
  uint32 reserved;
};
static_assert(sizeof(Gate) == 16);

struct [[gnu::packed]] TablePointer
{
  uint16 limit;
  uint64 base;
};

alignas(16) constinit Gate table[VECTORS] = {};

InterruptStack stackOf(size_t vector)
{
  switch (vector)
  {
  case InterruptDescriptorTable::VECTOR_NMI:
    return IST_NMI;
  case InterruptDescriptorTable::VECTOR_DOUBLE_FAULT:
    return IST_DOUBLE_FAULT;
  case InterruptDescriptorTable::VECTOR_MACHINE_CHECK:
    return IST_MACHINE_CHECK;
  default:
    return IST_NONE;
  }
}
} // namespace

void InterruptDescriptorTable::initialise()
{
  for (size_t vector = 0; vector < VECTORS; ++vector)
  {
    const pointer stub = reinterpret_cast<pointer>(interrupt_stubs) + vector * STUB_SIZE;
    Gate& gate = table[vector];
    gate.offset_low = static_cast<uint16>(stub);
    gate.offset_middle = static_cast<uint16>(stub >> 16);
    gate.offset_high = static_cast<uint32>(stub >> 32);
    gate.selector = KERNEL_CS;
    gate.interrupt_stack = stackOf(vector);
    gate.type = Gate::PRESENT_INTERRUPT_GATE | (vector == VECTOR_SYSTEM_CALL ? Gate::RING_3 : 0);
  }
  const TablePointer idt_pointer{sizeof(table) - 1, reinterpret_cast<uint64>(table)};
  asm volatile("lidt %0" ::"m"(idt_pointer));
}
