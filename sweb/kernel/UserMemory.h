#pragma once

#include "types.h"

/// Copies between the kernel and the current process, trusting nothing the process says.
///
/// Each user page is looked up in the process' page table, loaded on demand like a page fault would, checked for the
/// right the copy needs, and then touched through the ident window. So a bad address is an error code and never a fault
/// in the kernel, and SMAP can stay armed all the time.
///
/// All functions run on the thread of the process whose memory they touch, with interrupts enabled and without
/// locks that loading a page needs (the disk).
class UserMemory
{
public:
  /// Copies `size` bytes from the process. Returns 0, -EFAULT (part of the range cannot be read) or -ENOMEM.
  [[nodiscard]] static int64 copyIn(void* destination, pointer user_source, size_t size);

  /// Copies `size` bytes to the process. Returns 0, -EFAULT (part of the range cannot be written) or -ENOMEM.
  /// What lies before the first bad page may have been written already.
  [[nodiscard]] static int64 copyOut(pointer user_destination, const void* source, size_t size);

  /// Copies a zero-terminated string of at most `size - 1` characters. Returns its length, -ENAMETOOLONG if it does not
  /// fit, -EFAULT or -ENOMEM. On failure the destination is an empty string.
  [[nodiscard]] static ssize_t copyString(char* destination, size_t size, pointer user_source);

  /// True if [address, address + size) lies in user space; says nothing about what is mapped there.
  [[nodiscard]] static bool isUserRange(pointer address, size_t size);

  UserMemory() = delete;
};
