#include "Tables.h"
#include "console.h"

namespace
{
struct [[gnu::packed]] TablePointer
{
  uint16 limit;
  uint64 base;
};

struct Gate
{
  uint16 offset_low, selector, flags, offset_middle;
  uint32 offset_high, reserved;
};

constexpr size_t EXCEPTIONS = 32;
constexpr size_t STUB_SIZE = 16;
constexpr uint16 KERNEL_CS = 0x10;
constexpr uint16 TSS = 0x50;
constexpr uint16 INTERRUPT_GATE = 0x8E00;
constexpr size_t TSS_SIZE = 104;

// SDM volume 3, "Segment Descriptors" and "System Descriptor Types".
constexpr uint64 CODE = 0x0020'9A00'0000'0000;
constexpr uint64 DATA = 0x0000'9200'0000'0000;
constexpr uint64 RING_3 = 0x0000'6000'0000'0000;
constexpr uint64 AVAILABLE_TSS = 0x0000'8900'0000'0000;
constexpr uint64 LDT_DESCRIPTOR = 0x0000'8200'0000'0000;

alignas(16) constinit uint8 tss[TSS_SIZE] = {};
alignas(16) constinit uint64 ldt[] = {0, DATA | RING_3};
alignas(16) constinit uint64 gdts[2][14] = {};
alignas(16) constinit Gate idts[2][EXCEPTIONS] = {};

void setSystemDescriptor(uint64* descriptor, uint64 type, const void* at, size_t size)
{
  const uint64 base = reinterpret_cast<uint64>(at);
  descriptor[0] = type | (size - 1) | (base & 0xFF'FFFF) << 16 | (base >> 24 & 0xFF) << 56;
  descriptor[1] = base >> 32;
}
} // namespace

extern "C" const uint8 exception_stubs[];

/// exceptions.S comes here.
extern "C" [[noreturn]] void exceptionHappened(uint64 vector, uint64 first, uint64 second)
{
  Console::print("exception ");
  Console::print(vector);
  Console::print(" in the host, error code or RIP ");
  Console::print(first);
  Console::print(", RIP or CS ");
  Console::print(second);
  Console::die("");
}

void Tables::initialise()
{
  for (unsigned copy = 0; copy < 2; ++copy)
  {
    uint64* gdt = gdts[copy];
    gdt[2] = CODE;
    gdt[4] = DATA;
    gdt[USER_DATA / 8] = DATA | RING_3;
    setSystemDescriptor(&gdt[TSS / 8], AVAILABLE_TSS, tss, sizeof(tss));
    setSystemDescriptor(&gdt[LDT / 8], LDT_DESCRIPTOR, ldt, sizeof(ldt));
    for (size_t vector = 0; vector < EXCEPTIONS; ++vector)
    {
      const uint64 stub = reinterpret_cast<uint64>(exception_stubs) + vector * STUB_SIZE;
      idts[copy][vector] = {static_cast<uint16>(stub),       KERNEL_CS, INTERRUPT_GATE, static_cast<uint16>(stub >> 16),
                            static_cast<uint32>(stub >> 32), 0};
    }
  }
  use(0);
  asm volatile("ltr %w0; lldt %w1" ::"r"(TSS), "r"(LDT));
  gdts[1][TSS / 8] = gdts[0][TSS / 8]; // busy
}

void Tables::use(unsigned copy)
{
  const TablePointer gdt{sizeof(gdts[copy]) - 1, reinterpret_cast<uint64>(gdts[copy])};
  const TablePointer idt{sizeof(idts[copy]) - 1, reinterpret_cast<uint64>(idts[copy])};
  asm volatile("lgdt %0; lidt %1" ::"m"(gdt), "m"(idt));
}
