#pragma once

#include "ArchMemory.h"
#include "ElfImage.h"
#include "File.h"
#include "Mutex.h"
#include "RefPtr.h"
#include "types.h"

class ProgramArguments;

/// The memory of one user program: its address space, and the knowledge of what belongs where in it.
///
/// Nothing is loaded in advance. The first access to a page faults, and loadPage() fetches it from the program file or
/// takes a page of zeroes; so a program uses the memory it touches, and its first instruction faults.
class Loader
{
public:
  /// What an access to memory wants to do.
  enum class Access : uint8
  {
    READ,
    WRITE,
    EXECUTE
  };

  /// The stack grows down from USER_BREAK, a page at a time, no further than this. Below it nothing is ever mapped.
  static constexpr size_t STACK_SIZE = 256 * 1024;
  static constexpr pointer STACK_START = USER_BREAK - STACK_SIZE;

  /// Programs get no page when fewer are free than this: the kernel has to go on working, the more so as it has to end
  /// the program that wanted too much.
  static constexpr size_t PAGES_KEPT_FOR_KERNEL = 128;

  /// `file` is the program, open for reading; the loader keeps it open.
  explicit Loader(RefPtr<File> file);
  Loader(const Loader&) = delete;
  Loader& operator=(const Loader&) = delete;

  /// Reads and checks the program's headers. Returns 0, -ENOEXEC for anything but a sound static x86-64 program, -EIO
  /// or -ENOMEM.
  [[nodiscard]] int64 loadExecutable();

  /// Lays argc and argv out at the top of the stack and stores the stack pointer the program starts with. Returns 0 or
  /// a negative error of loadPage().
  [[nodiscard]] int64 buildStack(const ProgramArguments& arguments, pointer& stack_pointer);

  /// Makes the page of `address` present. Returns 0 if `access` is possible now; -EFAULT if nothing belongs there or
  /// the access is not allowed, -ENOMEM if there is no memory, -EIO if the file cannot be read. May sleep.
  [[nodiscard]] int64 loadPage(pointer address, Access access);

  /// The kernel's view of a user address, for an access of this kind within its page; loads the page if needed.
  /// Returns 0 or the errors of loadPage().
  [[nodiscard]] int64 accessPage(pointer address, Access access, uint8*& kernel_view);

  [[nodiscard]] pointer getEntryFunction() const { return image_.entry(); }

  ArchMemory arch_memory_;

private:
  /// A zeroed page for the program, or 0.
  [[nodiscard]] static ppn_t allocateFrame();

  /// Whether a page that is mapped with these rights allows the access.
  [[nodiscard]] static bool permits(const PageRights& rights, Access access);

  [[nodiscard]] int64 loadStackPage(pointer page, Access access);
  [[nodiscard]] int64 loadSegmentPage(pointer page, Access access);
  [[nodiscard]] int64 fillFromFile(const ElfSegment& segment, pointer page, uint8* content);
  [[nodiscard]] int64 mapFresh(pointer page, ppn_t frame, PageRights rights);

  RefPtr<File> file_;
  ElfImage image_;
  /// One page is loaded at a time. Outside of every lock of the file system.
  Mutex load_lock_;
};
