#include "Walk.h"
#include "FileSystemInfo.h"
#include "HostVfs.h"
#include "PathWalker.h"
#include "Strings.h"
#include "VfsSyscall.h"
#include "VirtualFileSystem.h"
#include <stdexcept>

Walk::Walk(rust::Slice<const rust::String> directories) : top_(hostvfs::newDirectory())
{
  for (const auto& name : directories)
  {
    std::string path = top_ + std::string(name);
    bool mount = path.back() == '!';
    if (mount)
      path.pop_back();
    VfsSyscall::mkdir(path.c_str());
    if (mount && VfsSyscall::mount("", path.c_str(), "ramfs") != 0)
      throw std::runtime_error("cannot mount " + path);
  }
}

rust::String Walk::walk(rust::Str cwd, rust::Str path) const
{
  VirtualFileSystem::TreeLock lock;
  const Path& very_root = default_working_dir->getRoot();
  Path root, pwd, result;
  int64 error = PathWalker::pathWalk(top_.c_str(), very_root, very_root, root);
  if (error == 0)
    error = PathWalker::pathWalk(std::string(cwd).c_str(), root, root, pwd);
  if (error == 0)
    error = PathWalker::pathWalk(std::string(path).c_str(), root, pwd, result);
  return error == 0 ? toRust(result.getAbsolutePath(root)) : rust::String(std::to_string(-error));
}

std::unique_ptr<Walk> new_walk(rust::Slice<const rust::String> directories)
{
  return std::make_unique<Walk>(directories);
}
