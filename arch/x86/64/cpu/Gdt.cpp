#include "Gdt.h"

namespace
{
/// SDM volume 3, "64-Bit Task State Segment".
struct [[gnu::packed]] TaskStateSegment
{
  uint32 reserved_0;
  uint64 rsp[3];
  uint64 reserved_1;
  uint64 ist[7];
  uint64 reserved_2;
  uint16 reserved_3;
  uint16 io_map_base;
};
static_assert(sizeof(TaskStateSegment) == 104);

struct [[gnu::packed]] TablePointer
{
  uint16 limit;
  uint64 base;
};

constexpr size_t INTERRUPT_STACK_SIZE = 8192;

// Access bytes and flags of SDM volume 3, "Segment Descriptors", in the upper half of the first quadword.
constexpr uint64 CODE = 0x0020'9A00'0000'0000;
constexpr uint64 DATA = 0x0000'9200'0000'0000;
constexpr uint64 RING_3 = 0x0000'6000'0000'0000;
constexpr uint64 AVAILABLE_TSS = 0x0000'8900'0000'0000;

alignas(16) constinit uint64 table[] = {0, 0, CODE, 0, DATA, 0, CODE | RING_3, 0, DATA | RING_3, 0, 0, 0};
alignas(16) constinit TaskStateSegment tss{};
alignas(16) constinit uint8 interrupt_stacks[3][INTERRUPT_STACK_SIZE] = {};

void setTssDescriptor()
{
  const uint64 base = reinterpret_cast<uint64>(&tss);
  uint64* descriptor = &table[KERNEL_TSS / 8];
  descriptor[0] = AVAILABLE_TSS | (sizeof(tss) - 1) | (base & 0xFF'FFFF) << 16 | (base >> 24 & 0xFF) << 56;
  descriptor[1] = base >> 32;
}
} // namespace

void Gdt::initialise()
{
  for (size_t i = 0; i < 3; ++i)
    tss.ist[i] = reinterpret_cast<uint64>(interrupt_stacks[i] + INTERRUPT_STACK_SIZE);
  tss.io_map_base = sizeof(tss); // no I/O permission bitmap: user mode has no ports
  setTssDescriptor();

  const TablePointer gdt_pointer{sizeof(table) - 1, reinterpret_cast<uint64>(table)};
  asm volatile("lgdt %0" ::"m"(gdt_pointer));
  asm volatile("ltr %0" ::"r"(KERNEL_TSS));
}

void Gdt::setKernelStack(pointer top)
{
  tss.rsp[0] = top;
}
