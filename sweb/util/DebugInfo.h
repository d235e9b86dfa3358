#pragma once

#include "types.h"

/// Functions and source lines of a program, from the table that the tool symtab makes of its debug information (the
/// format is described there). The table is searched where it lies: nothing is allocated, every context may ask.
/// A damaged table gives wrong names at worst: nothing outside of it is read.
class DebugInfo
{
public:
  struct Place
  {
    const char* function; ///< its name, without parameters
    uint64 offset;        ///< of the address, from the function's start
    const char* file;     ///< source file of the line; null when there is no line
    uint32 line;          ///< 0 when none is known
  };

  /// `table` must stay where it is. It may be missing (size 0).
  constexpr DebugInfo(const uint8* table, size_t size) : table_(table), size_(size) {}

  /// True if there is a table of this format.
  [[nodiscard]] bool isValid() const;

  /// Finds the function and the line of an address; false when it is in no function of the table.
  [[nodiscard]] bool find(uint64 address, Place& place) const;

  /// The kernel's own.
  [[nodiscard]] static DebugInfo kernel();

private:
  struct Header;
  struct Function;
  class Numbers;

  [[nodiscard]] const Header& header() const { return *reinterpret_cast<const Header*>(table_); }
  [[nodiscard]] const Function* functions() const;
  [[nodiscard]] const char* name(uint32 offset) const;
  void findLine(const Function& function, uint64 offset, Place& place) const;

  const uint8* table_;
  size_t size_;
};
