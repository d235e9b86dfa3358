#include "Path.h"

ustl::string Path::getAbsolutePath(const Path& root) const
{
  ustl::string result;
  Path place = *this;
  while (!(place == root))
  {
    if (place.dentry_->getParent())
    {
      result = ustl::string("/") + place.dentry_->getName() + result;
      place.dentry_ = RefPtr<Dentry>(place.dentry_->getParent());
    }
    else if (place.mount_->getParent())
      place = Path(place.mount_->getMountPoint(), RefPtr<VfsMount>(place.mount_->getParent()));
    else
      break; // the very root, above the caller's
  }
  return result.empty() ? ustl::string("/") : result;
}
