#pragma once

#include "Path.h"

/**
 * Root and working directory of a thread. Each thread owns its copy; copying and destroying take the VFS tree lock.
 * `default_working_dir` is the one that mounting the root made.
 */
class FileSystemInfo
{
public:
  FileSystemInfo() = default;
  FileSystemInfo(const FileSystemInfo& other);
  ~FileSystemInfo();
  FileSystemInfo& operator=(const FileSystemInfo&) = delete;

  /// The setters and getters: tree lock held.
  const Path& getRoot() const { return root_; }
  const Path& getPwd() const { return pwd_; }
  void setRoot(const Path& root) { root_ = root; }
  void setPwd(const Path& pwd) { pwd_ = pwd; }

private:
  Path root_;
  Path pwd_;
};

extern FileSystemInfo* default_working_dir;
