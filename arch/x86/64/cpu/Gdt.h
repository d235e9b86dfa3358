#pragma once

#include "types.h"

/// Segment selectors. Every slot of the table is 16 bytes wide, so they step by 0x10.
constexpr uint16 KERNEL_CS = 0x10;
constexpr uint16 KERNEL_SS = 0x20;
constexpr uint16 USER_CS = 0x30 | 3;
constexpr uint16 USER_SS = 0x40 | 3;
constexpr uint16 KERNEL_TSS = 0x50;

/// The stacks that exceptions switch to whatever stack they interrupt (numbers of the interrupt stack table).
enum InterruptStack : uint8
{
  IST_NONE = 0,
  IST_DOUBLE_FAULT = 1,
  IST_NMI = 2,
  IST_MACHINE_CHECK = 3
};

/// The segment descriptor table and the task state segment.
class Gdt
{
public:
  /// Loads table and task register; the segment registers keep their selectors, whose meaning does not change.
  static void initialise();

  /// Sets where an interrupt in user mode puts its frame.
  static void setKernelStack(pointer top);

  Gdt() = delete;
};
