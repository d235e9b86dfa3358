#pragma once

#include "Path.h"

/**
 * Turns path strings into places in the tree: `/` separates, empty components and `.` stay, `..` goes up (not above
 * the caller's root), mounts are crossed both ways. Symbolic links are not followed. Tree lock held.
 */
class PathWalker
{
public:
  PathWalker() = delete;

  /// Walks from `root` (absolute path) or `pwd`. 0, -ENOENT, -ENOTDIR (also for `file/`), -ENAMETOOLONG, -EIO.
  static int64 pathWalk(const char* path, const Path& root, const Path& pwd, Path& result);

  /// Walks to the directory in which the last component is or would be; that need not exist.
  /// -EINVAL if the last component is `.`, `..` or the root, which nobody can create, remove or rename.
  static int64 pathWalkParent(const char* path, const Path& root, const Path& pwd, Path& parent, ustl::string& name);

  /// One step from a directory, with `.`, `..` and mounts.
  static int64 step(const ustl::string& name, const Path& root, Path& place);
};
