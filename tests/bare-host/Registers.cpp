#include "Registers.h"
#include "Cpu.h"
#include "Tables.h"
#include "console.h"

namespace
{
struct [[gnu::packed]] TablePointer
{
  uint16 limit;
  uint64 base;
};

uint64 rdmsr(uint32 number)
{
  uint32 low, high;
  asm volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(number));
  return static_cast<uint64>(high) << 32 | low;
}

void wrmsr(uint32 number, uint64 value)
{
  asm volatile("wrmsr" ::"c"(number), "a"(static_cast<uint32>(value)), "d"(static_cast<uint32>(value >> 32)));
}

uint64 xgetbv()
{
  uint32 low, high;
  asm volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return static_cast<uint64>(high) << 32 | low;
}

#define REGISTER(name, register)                                                                                       \
  uint64 read##name()                                                                                                  \
  {                                                                                                                    \
    uint64 value;                                                                                                      \
    asm volatile("movq %%" register ", %0" : "=r"(value));                                                             \
    return value;                                                                                                      \
  }                                                                                                                    \
  [[maybe_unused]] void write##name(uint64 value)                                                                      \
  {                                                                                                                    \
    asm volatile("movq %0, %%" register ::"r"(value) : "memory");                                                      \
  }

REGISTER(Cr2, "cr2")
REGISTER(Dr0, "dr0")
REGISTER(Dr1, "dr1")
REGISTER(Dr2, "dr2")
REGISTER(Dr3, "dr3")
REGISTER(Dr6, "dr6")
REGISTER(Dr7, "dr7")
REGISTER(Es, "es")
REGISTER(Cs, "cs")
REGISTER(Ss, "ss")
REGISTER(Ds, "ds")
REGISTER(Fs, "fs")
REGISTER(Gs, "gs")

constexpr uint64 CR0_AM = 1 << 18;
constexpr uint64 CR4_TSD = 1 << 2;
constexpr uint64 CR4_DE = 1 << 3;
constexpr uint64 CR4_PCE = 1 << 8;
constexpr uint64 CR4_PKE = 1 << 22;
constexpr uint64 EFER_SCE = 1;
constexpr uint64 FLAGS_STATUS = 0x8D5; ///< CF, PF, AF, ZF, SF and OF, which belong to nobody
constexpr uint64 FLAGS_IOPL = 3 << 12;
constexpr uint64 FLAGS_AC = 1 << 18;
constexpr uint64 FLAGS_ID = 1 << 21;
constexpr uint64 XCR0_SSE = 3;
constexpr uint64 XCR0_ALL = 0x2E7; ///< x87, SSE, AVX, AVX-512, PKRU
constexpr uint64 USER_ADDRESS = 0x0000'7000'0000'0000;
constexpr uint64 KERNEL_ADDRESS = 0xFFFF'9000'0000'0000;

/// When an MSR exists, and when it is a kernel's own.
enum class Condition
{
  ALWAYS,
  SYSCALLS,
  TSC_AUX,
  XSS,
  SPEC_CTRL
};

struct Msr
{
  const char* name;
  uint32 number;
  Condition condition;
  uint64 pattern; ///< that of turn 0; the others add their number if it is an address
};

// PAT and EFER must make sense, so they change a little only.
constexpr Msr MSRS[] = {
    {"IA32_PAT", 0x277, Condition::ALWAYS, 0x0004'0600'0007'0406},
    {"IA32_EFER", 0xC000'0080, Condition::ALWAYS, 0},
    {"IA32_SYSENTER_CS", 0x174, Condition::ALWAYS, 0x10},
    {"IA32_SYSENTER_ESP", 0x175, Condition::ALWAYS, KERNEL_ADDRESS},
    {"IA32_SYSENTER_EIP", 0x176, Condition::ALWAYS, KERNEL_ADDRESS + 0x1000},
    {"IA32_DEBUGCTL", 0x1D9, Condition::ALWAYS, 1},
    {"FS base", 0xC000'0100, Condition::ALWAYS, USER_ADDRESS},
    {"GS base", 0xC000'0101, Condition::SYSCALLS, KERNEL_ADDRESS + 0x2000},
    {"IA32_KERNEL_GS_BASE", 0xC000'0102, Condition::SYSCALLS, USER_ADDRESS + 0x1000},
    {"IA32_STAR", 0xC000'0081, Condition::SYSCALLS, 0x0033'0010'0000'0000},
    {"IA32_LSTAR", 0xC000'0082, Condition::SYSCALLS, KERNEL_ADDRESS + 0x3000},
    {"IA32_CSTAR", 0xC000'0083, Condition::SYSCALLS, KERNEL_ADDRESS + 0x4000},
    {"IA32_FMASK", 0xC000'0084, Condition::SYSCALLS, 0x4700},
    {"IA32_TSC_AUX", 0xC000'0103, Condition::TSC_AUX, 0x5A5A},
    {"IA32_XSS", 0xDA0, Condition::XSS, 0},
    {"IA32_SPEC_CTRL", 0x48, Condition::SPEC_CTRL, 0},
};

bool exists(const Msr& msr, const Habits& habits)
{
  switch (msr.condition)
  {
  case Condition::SYSCALLS:
    return habits.syscalls;
  case Condition::TSC_AUX:
    return Cpu::cpuid(0x80000001).edx & 1 << 27;
  case Condition::XSS:
    return habits.xsave && Cpu::cpuid(0xD, 1).eax & 1 << 3;
  case Condition::SPEC_CTRL:
    return Cpu::cpuid(7).edx & 1 << 26;
  default:
    return true;
  }
}

bool hasProtectionKeys()
{
  return Cpu::cpuid(7).ecx & 1 << 3;
}

uint64 readPkru()
{
  uint32 value, high;
  asm volatile("rdpkru" : "=a"(value), "=d"(high) : "c"(0));
  return value;
}

// Parts of the FXSAVE area: SDM volume 1, table 10-2. The bytes between them are MXCSR_MASK and nothing.
struct Part
{
  const char* name;
  size_t offset, size;
};
constexpr Part LEGACY[] = {{"x87 control", 0, 24}, {"MXCSR", 24, 4}, {"ST0 to ST7", 32, 128}, {"XMM", 160, 256}};
constexpr size_t FXSAVE_SIZE = 512;
constexpr const char* COMPONENTS[] = {nullptr,          nullptr, "YMM",          "", "", "opmask", "ZMM, upper halves",
                                      "ZMM16 to ZMM31", nullptr, "PKRU in XSAVE"};

constexpr const char* NAMES[] = {"CR0",  "CR2", "CR3",      "CR4",       "XCR0",     "DR0",       "DR1", "DR2", "DR3",
                                 "DR6",  "DR7", "RFLAGS",   "ES",        "CS",       "SS",        "DS",  "FS",  "GS",
                                 "LDTR", "TR",  "GDT base", "GDT limit", "IDT base", "IDT limit", "PKRU"};

size_t report(const char* name)
{
  Console::print(" [");
  Console::print(name);
  Console::print("]");
  return 1;
}

void loadExtended(const uint8* area, bool xsave)
{
  if (xsave)
    asm volatile("xrstor64 (%0)" ::"r"(area), "a"(~0), "d"(~0) : "memory");
  else
    asm volatile("fxrstor64 (%0)" ::"r"(area) : "memory");
}

/// Each byte has another value; control words are valid ones, with exceptions masked that are not masked usually.
void fillExtended(bool xsave, uint64 turn)
{
  alignas(64) static uint8 area[4096];
  for (size_t i = 0; i < sizeof(area); ++i)
    area[i] = static_cast<uint8>(i * 7 + turn * 13 + 1);
  const uint16 x87[] = {0x0A7C, 0x3900, 0x00FF, 0x0123}; // FCW, FSW, FTW, FOP
  const uint32 mxcsr = 0x7F80 - 0x80 * (turn & 1);
  __builtin_memcpy(area, x87, sizeof(x87));
  __builtin_memcpy(area + 24, &mxcsr, sizeof(mxcsr));
  if (xsave)
  {
    const uint64 header[8] = {xgetbv()};
    __builtin_memcpy(area + FXSAVE_SIZE, header, sizeof(header));
  }
  loadExtended(area, xsave);
}
} // namespace

void Registers::adopt(const Habits& habits)
{
  Cpu::writeCr4(Cpu::readCr4() | Cpu::CR4_OSFXSR | Cpu::CR4_OSXMMEXCPT | CR4_DE | CR4_PCE | Cpu::CR4_PGE);
  if (hasProtectionKeys())
    Cpu::writeCr4(Cpu::readCr4() | CR4_PKE);
  if (habits.xsave)
  {
    Cpu::writeCr4(Cpu::readCr4() | Cpu::CR4_OSXSAVE);
    Cpu::xsetbv(0, Cpu::cpuid(0xD, 0).eax & XCR0_ALL);
  }
  wrmsr(0xC000'0080, (rdmsr(0xC000'0080) & ~EFER_SCE) | (habits.syscalls ? EFER_SCE : 0));
  wrmsr(0xC000'0101, habits.syscalls ? KERNEL_ADDRESS : 0);
  wrmsr(0xC000'0102, 0);
}

void Registers::fill(const Habits& habits, uint64 turn)
{
  asm volatile("clts");
  fillExtended(habits.xsave, turn);
  if (hasProtectionKeys())
    asm volatile("wrpkru" ::"a"(static_cast<uint32>(0x5555'5550 + turn)), "c"(0), "d"(0));

  Tables::use(turn & 1);
  writeEs(Tables::LOCAL_DATA);
  writeDs(Tables::USER_DATA);
  writeFs(Tables::USER_DATA);
  if (habits.syscalls)
    writeGs(Tables::USER_DATA);
  for (const Msr& msr : MSRS)
  {
    const bool is_address = msr.pattern >= USER_ADDRESS && msr.number != 0x277 && msr.number != 0xC000'0081;
    if (exists(msr, habits) && msr.pattern)
      wrmsr(msr.number, msr.pattern + (is_address ? turn * 16 : 0));
  }

  writeCr2(KERNEL_ADDRESS + turn);
  writeDr0(KERNEL_ADDRESS + 0x10 * turn);
  writeDr1(KERNEL_ADDRESS + 0x11 * turn);
  writeDr2(KERNEL_ADDRESS + 0x12 * turn);
  writeDr3(KERNEL_ADDRESS + 0x13 * turn);
  writeDr6(0xFFFF'0FF1 + (turn & 1));
  writeDr7(0x402 + (turn & 1) * 2); // a breakpoint where nothing is executed
  Cpu::writeCr4((Cpu::readCr4() & ~CR4_TSD) | (turn & 1 ? CR4_TSD : 0));
  uint64 cr0 = (Cpu::readCr0() & ~(CR0_AM | Cpu::CR0_TS)) | (turn & 1 ? CR0_AM : 0);
  if (habits.lazy)
    cr0 |= Cpu::CR0_TS;
  Cpu::writeCr0(cr0);
  const uint64 flags = Cpu::FLAGS_RESERVED | Cpu::FLAGS_IF | FLAGS_IOPL | FLAGS_AC | FLAGS_ID;
  asm volatile("pushq %0; popfq" ::"r"(flags) : "memory", "cc");
}

void Registers::readExtended()
{
  if (values_[XCR0])
    asm volatile("xsave64 (%0)" ::"r"(extended_), "a"(~0), "d"(~0) : "memory");
  else
    asm volatile("fxsave64 (%0)" ::"r"(extended_) : "memory");
}

void Registers::read(const Habits& habits)
{
  values_[RFLAGS] = Cpu::readFlags() & ~FLAGS_STATUS;
  values_[CR0] = Cpu::readCr0();
  values_[CR2] = readCr2();
  values_[CR3] = Cpu::readCr3();
  values_[CR4] = Cpu::readCr4();
  values_[XCR0] = habits.xsave ? xgetbv() : 0;
  values_[DR0] = readDr0();
  values_[DR1] = readDr1();
  values_[DR2] = readDr2();
  values_[DR3] = readDr3();
  values_[DR6] = readDr6();
  values_[DR7] = readDr7();
  values_[ES] = readEs();
  values_[CS] = readCs();
  values_[SS] = readSs();
  values_[DS] = readDs();
  values_[FS] = readFs();
  values_[GS] = readGs();
  asm volatile("sldt %0" : "=r"(values_[LDTR]));
  asm volatile("str %0" : "=r"(values_[TR]));
  TablePointer table;
  asm volatile("sgdt %0" : "=m"(table));
  values_[GDT_BASE] = table.base;
  values_[GDT_LIMIT] = table.limit;
  asm volatile("sidt %0" : "=m"(table));
  values_[IDT_BASE] = table.base;
  values_[IDT_LIMIT] = table.limit;
  values_[PKRU] = hasProtectionKeys() ? readPkru() : 0;
  for (size_t i = 0; i < sizeof(MSRS) / sizeof(MSRS[0]); ++i)
    values_[FIRST_MSR + i] = exists(MSRS[i], habits) ? rdmsr(MSRS[i].number) : 0;

  Cpu::writeCr0(values_[CR0] & ~Cpu::CR0_TS);
  readExtended();
  Cpu::writeCr0(values_[CR0]);
}

size_t Registers::compareExtended(const Registers& before) const
{
  size_t differences = 0;
  const auto compare = [&](const Part& part)
  {
    if (__builtin_memcmp(extended_ + part.offset, before.extended_ + part.offset, part.size) != 0)
      differences += report(part.name);
  };
  for (const Part& part : LEGACY)
    compare(part);
  for (uint32 component = 2; component < 10; ++component)
    if (before.values_[XCR0] >> component & 1)
    {
      const Cpu::CpuidResult place = Cpu::cpuid(0xD, component);
      compare({COMPONENTS[component], place.ebx, place.eax});
    }
  return differences;
}

size_t Registers::compare(const Registers& before) const
{
  size_t differences = 0;
  for (size_t i = 0; i < COUNT; ++i)
    if (values_[i] != before.values_[i])
    {
      differences += report(i < FIRST_MSR ? NAMES[i] : MSRS[i - FIRST_MSR].name);
      Console::print(before.values_[i]);
      Console::print(" became ");
      Console::print(values_[i]);
    }
  return differences + compareExtended(before);
}
