#include "Path.h"
#include "kstring.h"

template <class Visit> void Path::forEachNameUpTo(const Path& root, Visit visit) const
{
  Path place = *this;
  while (!(place == root))
  {
    if (place.dentry_->getParent())
    {
      visit(place.dentry_->getName());
      place.dentry_ = RefPtr<Dentry>(place.dentry_->getParent());
    }
    else if (place.mount_->getParent())
      place = Path(place.mount_->getMountPoint(), RefPtr<VfsMount>(place.mount_->getParent()));
    else
      break; // the very root, above the caller's
  }
}

ustl::string Path::getAbsolutePath(const Path& root) const
{
  size_t length = 0;
  forEachNameUpTo(root, [&](const ustl::string& name) { length += 1 + name.size(); });
  if (length == 0)
    return "/";
  if (length > MAX_PATH_LENGTH)
    return "";
  ustl::string result(length, '/');
  size_t start = length;
  forEachNameUpTo(root,
                  [&](const ustl::string& name)
                  {
                    start -= name.size();
                    memcpy(&result[start], name.c_str(), name.size());
                    --start; // the slash is there
                  });
  return result;
}
