#pragma once

#include "FileDescriptorList.h"
#include <memory>

/// A descriptor table over one open file of a ramfs.
class Descriptors
{
public:
  explicit Descriptors(size_t limit);

  /// Adds another descriptor of the same file: its number, or -EMFILE.
  int64_t add() { return list_.add(file_); }
  bool remove(size_t fd) { return static_cast<bool>(list_.remove(fd)); }
  bool is_open(size_t fd) { return static_cast<bool>(list_.get(fd)); }
  size_t count() { return list_.count(); }
  /// References to the file besides our own.
  uint32_t references() const { return file_->referenceCount() - 1; }

private:
  RefPtr<File> file_;
  FileDescriptorList list_;
};

std::unique_ptr<Descriptors> new_descriptors(size_t limit);
