#pragma once

#include "FileDescriptor.h"
#include "uvector.h"

/**
 * Table of descriptors: one for the kernel (behind VfsSyscall) and one per process. The lowest free number is given,
 * starting at 3; 0, 1 and 2 are the terminal. Thread-safe. Destroying the table closes what is left.
 */
class FileDescriptorList
{
public:
  static constexpr size_t FIRST_DESCRIPTOR = 3;

  /// `limit`: how many may be open at a time.
  explicit FileDescriptorList(size_t limit = 256);
  ~FileDescriptorList();
  FileDescriptorList(const FileDescriptorList&) = delete;
  FileDescriptorList& operator=(const FileDescriptorList&) = delete;

  /// Returns the new descriptor number or -EMFILE.
  int64 add(RefPtr<File> file);
  /// The file, or null if the number is not open. The caller's reference keeps it open even if another thread closes
  /// it.
  RefPtr<File> get(size_t fd);
  /// Takes the descriptor out; dropping the result closes the file if it was the last reference. Null if not open.
  RefPtr<File> remove(size_t fd);
  size_t count();

private:
  const size_t limit_;
  Mutex lock_;                               ///< guards the table only: no file is opened, used or closed under it
  ustl::vector<FileDescriptor> descriptors_; ///< sorted by number
};
