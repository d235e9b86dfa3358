#pragma once

#include "types.h"

/// What kind of kernel the host plays.
struct Habits
{
  const char* name;
  bool xsave;    ///< CR4.OSXSAVE, and all components but AMX in XCR0; else FXSAVE is all there is
  bool lazy;     ///< CR0.TS is set: whoever runs does not own the x87 and SSE registers
  bool syscalls; ///< SYSCALL and SWAPGS are used
};

/**
 * Every register in which a kernel or its programs may keep something, as they are at one moment.
 *
 * The kernel is compiled without floating point, so that nothing but a guest changes the extended state between two
 * looks.
 */
class Registers
{
public:
  /// Makes this CPU that of such a kernel; once, before VMX is enabled.
  static void adopt(const Habits& habits);

  /// Puts values into all of them that no guest and no reset puts there, and that differ from turn to turn.
  static void fill(const Habits& habits, uint64 turn);

  void read(const Habits& habits);

  /// Prints the names of those that differ; their number.
  size_t compare(const Registers& before) const;

private:
  enum Name
  {
    CR0,
    CR2,
    CR3,
    CR4,
    XCR0,
    DR0,
    DR1,
    DR2,
    DR3,
    DR6,
    DR7,
    RFLAGS,
    ES,
    CS,
    SS,
    DS,
    FS,
    GS,
    LDTR,
    TR,
    GDT_BASE,
    GDT_LIMIT,
    IDT_BASE,
    IDT_LIMIT,
    PKRU,
    FIRST_MSR,
    COUNT = FIRST_MSR + 16
  };

  void readExtended();
  size_t compareExtended(const Registers& before) const;

  uint64 values_[COUNT] = {};
  static constexpr size_t EXTENDED_SIZE = 4096;
  alignas(64) uint8 extended_[EXTENDED_SIZE] = {};
};
