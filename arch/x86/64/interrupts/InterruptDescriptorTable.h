#pragma once

#include "types.h"

/// The IDT: an interrupt gate for each of the 256 vectors, leading to its stub in entry.S.
class InterruptDescriptorTable
{
public:
  static constexpr uint8 VECTOR_NMI = 2;
  static constexpr uint8 VECTOR_DOUBLE_FAULT = 8;
  static constexpr uint8 VECTOR_PAGE_FAULT = 14;
  static constexpr uint8 VECTOR_MACHINE_CHECK = 18;
  static constexpr uint8 EXCEPTIONS = 32;
  static constexpr uint8 VECTOR_YIELD = 65;
  static constexpr uint8 VECTOR_SYSTEM_CALL = 0x80; ///< the only one that user mode may raise

  static void initialise();

  InterruptDescriptorTable() = delete;
};
