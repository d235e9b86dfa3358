#pragma once

#include "BDDriver.h"
#include <cstdio>
#include <string>

/// A drive whose sectors are a part of a file of the developer's machine.
class FileDriver : public BDDriver
{
public:
  FileDriver() = default;
  ~FileDriver() override;

  /// `offset` in bytes, a multiple of the sector size. False (with a message on stderr) if the file cannot be used.
  bool open(const std::string& path, uint64 offset, bool writable);

  int64 execute(const BDRequest& request) override;
  uint64 getNumSectors() const override { return num_sectors_; }

private:
  std::FILE* file_ = nullptr;
  uint64 offset_ = 0;
  uint64 num_sectors_ = 0;
};
