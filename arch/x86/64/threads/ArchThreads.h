#pragma once

#include "types.h"

class ArchMemory;
class Thread;
struct ArchThreadRegisters;

/// The running thread. Null until the scheduler has switched to the first one.
extern Thread* currentThread;

/// Where the next interrupt saves the registers of what it interrupts: one of currentThread's two register sets.
extern ArchThreadRegisters* currentThreadRegisters;

/// What the CPU keeps of a thread: register sets, extended (FPU, SSE, AVX) state, address space.
class ArchThreads
{
public:
  /// Decides how extended state is saved (XSAVE or FXSAVE) and switches the FPU on.
  static void initialise();

  /// Creates the registers a new thread starts with in the kernel: at `start_function`, on the stack that ends at
  /// `stack_top`. Returns null when out of memory.
  [[nodiscard]] static ArchThreadRegisters* createKernelRegisters(void* start_function, pointer stack_top);

  /// Creates the registers a thread starts with in user mode, and its extended state. `kernel_stack_top` is where its
  /// interrupts and system calls land. Returns null when out of memory.
  [[nodiscard]] static ArchThreadRegisters* createUserRegisters(pointer start_address, pointer user_stack_pointer,
                                                                pointer kernel_stack_top);

  /// Frees a register set from one of the functions above; null is fine.
  static void destroyRegisters(ArchThreadRegisters* registers);

  /// Sets the address where the registers' owner continues.
  static void changeInstructionPointer(ArchThreadRegisters* registers, pointer address);

  /// Makes `thread` run in `memory` from its next switch on; at once if it is the running thread.
  static void setAddressSpace(Thread* thread, const ArchMemory& memory);

  /// Gives the CPU to the next thread. Works with interrupts enabled or disabled; the flag is the same afterwards.
  static void yield();

  /// Atomically stores `value` and returns what was there before.
  static uint64 testSetLock(uint64& lock, uint64 value);

  /// Prints a thread's saved registers to the debug output.
  static void printThreadRegisters(const Thread* thread);

  /// Asserts that a thread's register sets make sense before it runs for the first time.
  static void debugCheckNewThread(const Thread* thread);

  ArchThreads() = delete;
};
