#include "PathWalker.h"
#include "errno.h"
#include "kstring.h"

namespace
{

/// The component at `text`, without the slashes before it; `text` moves behind it.
ustl::string nextComponent(const char*& text)
{
  while (*text == '/')
    ++text;
  const char* start = text;
  while (*text && *text != '/')
    ++text;
  return ustl::string(start, text - start);
}

bool isRest(const char* text)
{
  while (*text == '/')
    ++text;
  return *text == '\0';
}

/// The root of what is mounted at a place, however often.
void enterMounts(Path& place)
{
  while (VfsMount* mount = place.dentry_->getMount())
    place = Path(mount->getRoot(), RefPtr<VfsMount>(mount));
}

void stepUp(const Path& root, Path& place)
{
  while (!(place == root))
  {
    if (Dentry* parent = place.dentry_->getParent())
    {
      place.dentry_ = RefPtr<Dentry>(parent);
      return;
    }
    if (!place.mount_->getParent())
      return;
    place = Path(place.mount_->getMountPoint(), RefPtr<VfsMount>(place.mount_->getParent()));
  }
}

int64 checkPath(const char* path)
{
  if (*path == '\0')
    return -ENOENT;
  return strlen(path) < MAX_PATH_LENGTH ? 0 : -ENAMETOOLONG;
}

} // namespace

int64 PathWalker::step(const ustl::string& name, const Path& root, Path& place)
{
  if (!place.getInode()->isDirectory())
    return -ENOTDIR;
  if (name == ".")
    return 0;
  if (name == "..")
  {
    stepUp(root, place);
    return 0;
  }
  RefPtr<Dentry> child;
  int64 error = place.dentry_->lookup(name, child);
  if (error != 0)
    return error;
  place.dentry_ = child;
  enterMounts(place);
  return 0;
}

int64 PathWalker::pathWalk(const char* path, const Path& root, const Path& pwd, Path& result)
{
  int64 error = checkPath(path);
  Path place = *path == '/' ? root : pwd;
  while (error == 0 && *path)
  {
    ustl::string name = nextComponent(path);
    // Behind a trailing slash there is nothing to look up, but what stands before it has to be a directory.
    error = step(name.empty() ? ustl::string(".") : name, root, place);
  }
  if (error == 0)
    result = place;
  return error;
}

int64 PathWalker::pathWalkParent(const char* path, const Path& root, const Path& pwd, Path& parent, ustl::string& name)
{
  int64 error = checkPath(path);
  Path place = *path == '/' ? root : pwd;
  while (error == 0)
  {
    name = nextComponent(path);
    if (isRest(path))
      break;
    error = step(name, root, place);
  }
  if (error != 0)
    return error;
  if (!place.getInode()->isDirectory())
    return -ENOTDIR;
  if (name.empty() || name == "." || name == "..")
    return -EINVAL;
  if (name.size() > MAX_NAME_LENGTH)
    return -ENAMETOOLONG;
  parent = place;
  return 0;
}
