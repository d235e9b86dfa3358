#pragma once

#include "File.h"

/// A number and the open file it stands for. Copying shares the file.
class FileDescriptor
{
public:
  FileDescriptor(size_t number, RefPtr<File> file) : number_(number), file_(ustl::move(file)) {}

  size_t getFd() const { return number_; }
  const RefPtr<File>& getFile() const { return file_; }

private:
  size_t number_;
  RefPtr<File> file_;
};
