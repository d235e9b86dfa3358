#pragma once

#include "Thread.h"
#include "types.h"

/// What runs when nothing else can: it zeroes pages ahead of who will want them, then halts the CPU until the next
/// interrupt. Zeroing counts as being halted, for nobody waits for it.
class IdleThread : public Thread
{
public:
  IdleThread() : Thread(nullptr, "IdleThread", KERNEL_THREAD, 1) {}
  [[noreturn]] void Run() override;

  /// An interrupt ends the halt, if the CPU was halted. Interrupts disabled.
  static void endHalt();

  /// The CPU was halted for so many TSC ticks on behalf of a guest that nobody else kept it from.
  static void addHalt(uint64 ticks);

  /// TSC ticks that the CPU has been halted since boot, without a halt that lasts.
  [[nodiscard]] static uint64 haltedTicks() { return halted_ticks_; }

private:
  // The benchmark reads both, by their names.
  static uint64 halted_at_; ///< the TSC when there was nothing left to run; 0 while there is
  static uint64 halted_ticks_;
};
