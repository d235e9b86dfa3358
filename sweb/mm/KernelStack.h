#pragma once

#include "types.h"

/// The kernel stack of a thread, mapped in its own slot of the kernel-stack window. Everything in the slot below it is
/// unmapped, so running off its end is a double fault that names the thread instead of silent damage.
class KernelStack
{
public:
  /// Address space a slot takes, and with it the largest possible stack (less one guard page).
  static constexpr size_t SLOT_SIZE = 128 * 1024;
  static constexpr size_t MAX_SLOTS = 4096;

  explicit KernelStack(size_t pages);
  ~KernelStack();
  KernelStack(const KernelStack&) = delete;
  KernelStack& operator=(const KernelStack&) = delete;

  /// False if there was no memory.
  [[nodiscard]] bool isValid() const { return top_ != 0; }

  /// First address above the stack, aligned to a page.
  [[nodiscard]] pointer getTop() const { return top_; }
  [[nodiscard]] pointer getBottom() const { return bottom_; }

  [[nodiscard]] bool contains(pointer address) const { return address >= bottom_ && address < top_; }

  /// True if `address` lies in the unmapped rest of the slot: somebody ran off the end of the stack.
  [[nodiscard]] bool isOverflow(pointer address) const;

  /// False if the word at the very end of the stack was overwritten.
  [[nodiscard]] bool isCanaryOK() const;

  /// Prints to the debug output how deep the stacks of all threads were at most, of those that ended and of those there
  /// are. For tests: how deep calls nest must not depend on what programs and guests ask for. Reads all stacks with
  /// interrupts disabled.
  static void printUse();

private:
  /// Bytes that were written to, up to the top.
  [[nodiscard]] size_t usedBytes() const;

  /// For printUse().
  void noteUse() const;

  pointer top_ = 0;
  pointer bottom_ = 0;
};
