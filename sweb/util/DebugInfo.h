#pragma once

#include "types.h"

/// Functions and source lines of a program, from the table that the tool symtab makes of its debug information (the
/// format is described there). The table is searched where it lies: nothing is allocated, every context may ask.
/// A damaged table gives wrong names at worst: nothing outside of it is read.
class DebugInfo
{
public:
  /// A place in the source.
  struct Place
  {
    const char* function; ///< name of the function, without parameters
    const char* file;     ///< source file of the line; null when there is no line
    uint32 line;          ///< 0 when none is known

  private:
    friend class DebugInfo;
    const char* outermost_; ///< the function that has the code, when `function` is inlined there
    uint64 site_;           ///< where that is, 0 when it is not inlined
  };

  /// `table` must stay where it is. It may be missing (size 0).
  constexpr DebugInfo(const uint8* table, size_t size) : table_(table), size_(size) {}

  /// True if there is a table of this format.
  [[nodiscard]] bool isValid() const;

  /// Finds the function and the line of an address; false when it is in no function of the table. For inlined code it
  /// is the innermost function.
  [[nodiscard]] bool find(uint64 address, Place& place) const;

  /// Goes from a place in inlined code to the one where it was called; false when it is not inlined.
  [[nodiscard]] bool findCaller(Place& place) const;

  /// The kernel's own.
  [[nodiscard]] static DebugInfo kernel();

private:
  struct Header;
  struct Function;
  class Numbers;

  [[nodiscard]] const Header& header() const { return *reinterpret_cast<const Header*>(table_); }
  [[nodiscard]] const Function* functions() const;
  [[nodiscard]] const char* name(uint32 offset) const;
  void setLine(Place& place, uint64 file, uint64 line) const;
  void findLine(const Function& function, uint64 offset, Place& place) const;

  const uint8* table_;
  size_t size_;
};
