#include "ArchThreads.h"

#include "ArchMemory.h"
#include "ArchThreadRegisters.h"
#include "Cpu.h"
#include "ExtendedState.h"
#include "Gdt.h"
#include "RegisterDump.h"
#include "Thread.h"
#include "assert.h"
#include "kmalloc.h"
#include "kprintf.h"
#include "kstring.h"

constinit Thread* currentThread = nullptr;
constinit ArchThreadRegisters* currentThreadRegisters = nullptr;

extern "C" void arch_yield();

namespace
{
ArchThreadRegisters* createRegisters(pointer instruction_pointer, pointer stack_pointer, uint16 cs, uint16 ss)
{
  auto* registers = static_cast<ArchThreadRegisters*>(kmalloc(sizeof(ArchThreadRegisters)));
  if (!registers)
    return nullptr;
  memset(registers, 0, sizeof(*registers));
  registers->frame.rip = instruction_pointer;
  registers->frame.rsp = stack_pointer;
  registers->frame.cs = cs;
  registers->frame.ss = ss;
  registers->frame.rflags = Cpu::FLAGS_RESERVED | Cpu::FLAGS_IF;
  registers->cr3 = ArchMemory::getKernelRootPhysicalAddress();
  return registers;
}
} // namespace

void ArchThreads::initialise()
{
  ExtendedState::initialise();
}

ArchThreadRegisters* ArchThreads::createKernelRegisters(void* start_function, pointer stack_top)
{
  // The ABI has the stack 8 bytes off a multiple of 16 at a function's first instruction, as after a call.
  return createRegisters(reinterpret_cast<pointer>(start_function), stack_top - 8, KERNEL_CS, KERNEL_SS);
}

ArchThreadRegisters* ArchThreads::createUserRegisters(pointer start_address, pointer user_stack_pointer,
                                                      pointer kernel_stack_top)
{
  ArchThreadRegisters* registers = createRegisters(start_address, user_stack_pointer, USER_CS, USER_SS);
  if (!registers)
    return nullptr;
  registers->rsp0 = kernel_stack_top;
  registers->extended_state = ExtendedState::create();
  if (!registers->extended_state)
  {
    kfree(registers);
    return nullptr;
  }
  return registers;
}

void ArchThreads::destroyRegisters(ArchThreadRegisters* registers)
{
  if (!registers)
    return;
  if (registers->extended_state)
    ExtendedState::destroy(registers->extended_state);
  kfree(registers);
}

void ArchThreads::changeInstructionPointer(ArchThreadRegisters* registers, pointer address)
{
  registers->frame.rip = address;
}

void ArchThreads::setAddressSpace(Thread* thread, const ArchMemory& memory)
{
  const uint64 root = memory.getRootPhysicalAddress();
  thread->kernel_registers_->cr3 = root;
  if (thread->user_registers_)
    thread->user_registers_->cr3 = root;
  if (thread == currentThread)
    Cpu::writeCr3(root);
}

void ArchThreads::yield()
{
  arch_yield();
}

uint64 ArchThreads::testSetLock(uint64& lock, uint64 value)
{
  return __atomic_exchange_n(&lock, value, __ATOMIC_ACQ_REL);
}

void ArchThreads::printThreadRegisters(const Thread* thread)
{
  kprintfd("Thread %zu (%s), kernel registers\n", thread->getTID(), thread->getName());
  RegisterDump::print(thread->kernel_registers_->frame);
  if (!thread->user_registers_)
    return;
  kprintfd("Thread %zu (%s), user registers\n", thread->getTID(), thread->getName());
  RegisterDump::print(thread->user_registers_->frame);
}

void ArchThreads::debugCheckNewThread(const Thread* thread)
{
  const ArchThreadRegisters* kernel = thread->kernel_registers_;
  assert(kernel && kernel->frame.cs == KERNEL_CS && kernel->cr3 != 0);
  assert(thread->getKernelStack().contains(kernel->frame.rsp));
  if (thread->getType() != Thread::USER_THREAD)
    return;
  const ArchThreadRegisters* user = thread->user_registers_;
  assert(user && user->frame.cs == USER_CS && user->frame.rip < USER_BREAK && user->rsp0 != 0);
  assert(user->cr3 == kernel->cr3 && user->cr3 != ArchMemory::getKernelRootPhysicalAddress());
  assert(thread->loader_);
}
