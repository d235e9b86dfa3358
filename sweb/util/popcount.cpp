#include "types.h"

/// What the compiler calls to count ones where it may not rely on the POPCNT instruction. The C compiler's own library
/// is not linked, and Rust's has it only when it comes precompiled.
extern "C" int __popcountdi2(uint64 value)
{
  value -= (value >> 1) & 0x5555555555555555;
  value = (value & 0x3333333333333333) + ((value >> 2) & 0x3333333333333333);
  value = (value + (value >> 4)) & 0x0F0F0F0F0F0F0F0F;
  return static_cast<int>((value * 0x0101010101010101) >> 56);
}
