#include "ExtendedState.h"

#include "ArchInterrupts.h"
#include "Cpu.h"
#include "InterruptGuard.h"
#include "debug.h"
#include "kmalloc.h"
#include "kstring.h"

namespace
{
constexpr uint32 CPUID_XSAVE = 1 << 26; // CPUID.1:ECX

// State components, bits of XCR0: SDM volume 1, "XSAVE-Supported Features and State-Component Bitmaps".
constexpr uint64 XCR0_X87 = 1 << 0;
constexpr uint64 XCR0_SSE = 1 << 1;
constexpr uint64 XCR0_AVX = 1 << 2;
constexpr uint64 XCR0_AVX512 = 7 << 5; // opmask and the two halves of the ZMM registers: all or none

constexpr size_t FXSAVE_SIZE = 512;
constexpr size_t ALIGNMENT = 64;

// The legacy area, common to FXSAVE and XSAVE: SDM volume 1, "Layout of the 64-Bit Mode FXSAVE Map".
constexpr size_t FCW_OFFSET = 0;
constexpr uint16 FCW_DEFAULT = 0x037F; ///< all exceptions masked, extended precision
constexpr size_t MXCSR_OFFSET = 24;
constexpr uint32 MXCSR_DEFAULT = 0x1F80; ///< all exceptions masked, round to nearest

constinit uint64 components = 0; ///< value of XCR0; 0: XSAVE is not used
constinit size_t area_size = FXSAVE_SIZE;

/// Whose state is in the registers; null if nobody needs what is in them.
constinit ExtendedState* in_registers = nullptr;

void save(ExtendedState* state)
{
  if (components)
    asm volatile("xsave64 (%0)" ::"r"(state), "a"(static_cast<uint32>(components)), "d"(components >> 32) : "memory");
  else
    asm volatile("fxsave64 (%0)" ::"r"(state) : "memory");
}

void load(const ExtendedState* state)
{
  if (components)
    asm volatile("xrstor64 (%0)" ::"r"(state), "a"(static_cast<uint32>(components)), "d"(components >> 32) : "memory");
  else
    asm volatile("fxrstor64 (%0)" ::"r"(state) : "memory");
}

void initialiseXsave()
{
  const Cpu::CpuidResult offered = Cpu::cpuid(0xD, 0);
  components = (offered.eax & (XCR0_X87 | XCR0_SSE | XCR0_AVX)) | XCR0_X87;
  if ((offered.eax & XCR0_AVX512) == XCR0_AVX512 && (components & XCR0_AVX))
    components |= XCR0_AVX512;

  Cpu::writeCr4(Cpu::readCr4() | Cpu::CR4_OSXSAVE);
  Cpu::xsetbv(0, components);
  area_size = Cpu::cpuid(0xD, 0).ebx; // for what XCR0 enables now
}
} // namespace

void ExtendedState::initialise()
{
  Cpu::writeCr0((Cpu::readCr0() & ~(Cpu::CR0_EM | Cpu::CR0_TS)) | Cpu::CR0_MP | Cpu::CR0_NE);
  Cpu::writeCr4(Cpu::readCr4() | Cpu::CR4_OSFXSR | Cpu::CR4_OSXMMEXCPT);
  if (Cpu::cpuid(1).ecx & CPUID_XSAVE)
    initialiseXsave();
  debug(A_BOOT, "Extended state: %s, components %#lx, %zu bytes a thread\n", components ? "XSAVE" : "FXSAVE",
        components, area_size);
}

ExtendedState* ExtendedState::create()
{
  uint8* area = static_cast<uint8*>(kmallocAligned(area_size, ALIGNMENT));
  if (!area)
    return nullptr;
  memset(area, 0, area_size); // XSTATE_BV = 0: XRSTOR gives every component its initial value
  memcpy(area + FCW_OFFSET, &FCW_DEFAULT, sizeof(FCW_DEFAULT));
  memcpy(area + MXCSR_OFFSET, &MXCSR_DEFAULT, sizeof(MXCSR_DEFAULT));
  return reinterpret_cast<ExtendedState*>(area);
}

void ExtendedState::destroy(ExtendedState* state)
{
  InterruptGuard guard;
  if (in_registers == state)
    in_registers = nullptr;
  kfree(state);
}

void ExtendedState::switchTo(ExtendedState* next)
{
  if (next == in_registers)
    return;
  if (in_registers)
    save(in_registers);
  if (next)
    load(next);
  in_registers = next;
}
