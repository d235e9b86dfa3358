#include "RegisterDump.h"

#include "ArchThreadRegisters.h"
#include "Cpu.h"
#include "kprintf.h"

void RegisterDump::print(const InterruptFrame& frame)
{
  kprintfd("  rax %016lx  rbx %016lx  rcx %016lx  rdx %016lx\n", frame.rax, frame.rbx, frame.rcx, frame.rdx);
  kprintfd("  rsi %016lx  rdi %016lx  rbp %016lx  rsp %016lx\n", frame.rsi, frame.rdi, frame.rbp, frame.rsp);
  kprintfd("  r8  %016lx  r9  %016lx  r10 %016lx  r11 %016lx\n", frame.r8, frame.r9, frame.r10, frame.r11);
  kprintfd("  r12 %016lx  r13 %016lx  r14 %016lx  r15 %016lx\n", frame.r12, frame.r13, frame.r14, frame.r15);
  kprintfd("  rip %016lx  cs %04lx  ss %04lx  rflags %08lx  vector %lu  error code %lx\n", frame.rip, frame.cs,
           frame.ss, frame.rflags, frame.vector, frame.error_code);
  kprintfd("  cr0 %016lx  cr2 %016lx  cr3 %016lx  cr4 %016lx\n", Cpu::readCr0(), Cpu::readCr2(), Cpu::readCr3(),
           Cpu::readCr4());
}
