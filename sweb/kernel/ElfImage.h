#pragma once

#include "ElfFormat.h"
#include "types.h"

/// One stretch of a program's memory: [start, end) holds the file's bytes from file_offset on, then zeroes.
struct ElfSegment
{
  pointer start;
  pointer end;
  uint64 file_offset;
  uint64 file_size; ///< bytes that come from the file; the rest up to `end` is zero
  bool readable;
  bool writable;
  bool executable;

  /// True if some byte of the page that begins at `page` belongs to the segment.
  [[nodiscard]] bool touchesPage(pointer page) const;
};

/// The checked memory layout of a program file.
///
/// Program files come from a disk anybody may have written, so every field is taken as hostile: after build() has
/// returned 0, all segments lie in user space, do not wrap around, stay inside the file and share no page, and the
/// entry point lies in an executable segment. The class only looks at bytes; who reads the file does not matter to it.
class ElfImage
{
public:
  static constexpr size_t MAX_SEGMENTS = 16;
  static constexpr size_t MAX_PROGRAM_HEADERS = 64;

  /// Checks what can be checked before the program headers are read. Returns 0 or -ENOEXEC.
  [[nodiscard]] static int64 checkHeader(const Elf::Header& header, uint64 file_size);

  /// Takes the segments of `header.e_phnum` program headers, for a header that checkHeader() accepted.
  /// `limit` is the first address no segment may reach. Returns 0 or -ENOEXEC.
  [[nodiscard]] int64 build(const Elf::Header& header, const Elf::ProgramHeader* headers, uint64 file_size,
                            pointer limit);

  /// The segment that has bytes in the page which contains `address`, or null.
  [[nodiscard]] const ElfSegment* segmentOfPage(pointer address) const;

  [[nodiscard]] pointer entry() const { return entry_; }
  [[nodiscard]] size_t segmentCount() const { return count_; }
  [[nodiscard]] const ElfSegment& segment(size_t index) const { return segments_[index]; }

  /// Why the last check failed, for the debug log.
  [[nodiscard]] const char* problem() const { return problem_; }

private:
  int64 refuse(const char* why);
  int64 addSegment(const Elf::ProgramHeader& header, uint64 file_size, pointer limit);

  ElfSegment segments_[MAX_SEGMENTS];
  size_t count_ = 0;
  pointer entry_ = 0;
  const char* problem_ = "";
};
