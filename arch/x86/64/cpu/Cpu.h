#pragma once

#include "types.h"

/// The privileged and odd instructions, one function each. What they mean is in the SDM under their names.
namespace Cpu
{
struct CpuidResult
{
  uint32 eax, ebx, ecx, edx;
};

inline CpuidResult cpuid(uint32 leaf, uint32 subleaf = 0)
{
  CpuidResult result;
  asm volatile("cpuid"
               : "=a"(result.eax), "=b"(result.ebx), "=c"(result.ecx), "=d"(result.edx)
               : "a"(leaf), "c"(subleaf));
  return result;
}

constexpr uint32 CPUID_HYPERVISOR = 0x40000000;        ///< EAX: the highest leaf for what runs in a VM
constexpr uint32 CPUID_HYPERVISOR_TIMING = 0x40000010; ///< EAX: the TSC's rate in kHz, as VMware and others define it

inline uint64 rdtsc()
{
  uint32 low, high;
  asm volatile("rdtsc" : "=a"(low), "=d"(high)::"memory");
  return static_cast<uint64>(high) << 32 | low;
}

inline uint64 readCr0()
{
  uint64 value;
  asm volatile("movq %%cr0, %0" : "=r"(value)::"memory");
  return value;
}

inline void writeCr0(uint64 value)
{
  asm volatile("movq %0, %%cr0" ::"r"(value) : "memory");
}

inline uint64 readCr2()
{
  uint64 value;
  asm volatile("movq %%cr2, %0" : "=r"(value)::"memory");
  return value;
}

inline uint64 readCr3()
{
  uint64 value;
  asm volatile("movq %%cr3, %0" : "=r"(value)::"memory");
  return value;
}

inline void writeCr3(uint64 value)
{
  asm volatile("movq %0, %%cr3" ::"r"(value) : "memory");
}

inline uint64 readCr4()
{
  uint64 value;
  asm volatile("movq %%cr4, %0" : "=r"(value)::"memory");
  return value;
}

inline void writeCr4(uint64 value)
{
  asm volatile("movq %0, %%cr4" ::"r"(value) : "memory");
}

inline void xsetbv(uint32 index, uint64 value)
{
  asm volatile("xsetbv" ::"c"(index), "a"(static_cast<uint32>(value)), "d"(static_cast<uint32>(value >> 32)));
}

inline void invlpg(pointer address)
{
  asm volatile("invlpg (%0)" ::"r"(address) : "memory");
}

inline uint64 readFlags()
{
  uint64 flags;
  asm volatile("pushfq; popq %0" : "=r"(flags)::"memory");
  return flags;
}

constexpr uint64 FLAGS_RESERVED = 1 << 1; ///< always set
constexpr uint64 FLAGS_IF = 1 << 9;

constexpr uint64 CR0_MP = 1 << 1;
constexpr uint64 CR0_EM = 1 << 2;
constexpr uint64 CR0_TS = 1 << 3;
constexpr uint64 CR0_NE = 1 << 5;

constexpr uint64 CR4_PGE = 1 << 7;
constexpr uint64 CR4_OSFXSR = 1 << 9;
constexpr uint64 CR4_OSXMMEXCPT = 1 << 10;
constexpr uint64 CR4_OSXSAVE = 1 << 18;
constexpr uint64 CR4_SMEP = 1 << 20;
constexpr uint64 CR4_SMAP = 1 << 21;
} // namespace Cpu
