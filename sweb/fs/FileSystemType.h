#pragma once

#include "types.h"
#include "ustring.h"

class BDVirtualDevice;
class Superblock;

/// A kind of file system that can be mounted.
class FileSystemType
{
public:
  FileSystemType(const char* name, bool needs_device) : name_(name), needs_device_(needs_device) {}
  virtual ~FileSystemType() = default;
  FileSystemType(const FileSystemType&) = delete;
  FileSystemType& operator=(const FileSystemType&) = delete;

  const ustl::string& getFSName() const { return name_; }
  bool needsDevice() const { return needs_device_; }

  /// Opens the file system on `device` (null if it needs none). 0, -EINVAL (not such a file system), -EIO, -ENOMEM.
  virtual int64 createSuper(BDVirtualDevice* device, bool read_only, Superblock*& superblock) = 0;

private:
  ustl::string name_;
  bool needs_device_;
};
