#include "Dentry.h"
#include "assert.h"
#include "errno.h"

Dentry::Dentry(RefPtr<Dentry> parent, const ustl::string& name, RefPtr<Inode> inode)
    : parent_(ustl::move(parent)), name_(name), inode_(ustl::move(inode))
{
  if (parent_)
    joinSiblings();
}

Dentry::~Dentry()
{
  assert(!first_child_ && !mount_ && "children and mounts refer to it");
}

RefPtr<Dentry> Dentry::makeRoot(RefPtr<Inode> inode)
{
  return RefPtr<Dentry>(new Dentry(nullptr, "/", ustl::move(inode)));
}

void Dentry::dispose()
{
  // A loop, not recursion from child to parent: trees may be deeper than a kernel stack allows.
  for (Dentry* dying = this; dying;)
  {
    dying->detach();
    Dentry* parent = dying->parent_.leak();
    delete dying;
    dying = parent && parent->dropReference() ? parent : nullptr;
  }
}

int64 Dentry::lookup(const ustl::string& name, RefPtr<Dentry>& child)
{
  if (!inode_->isDirectory())
    return -ENOTDIR;
  if (name.size() > MAX_NAME_LENGTH)
    return -ENAMETOOLONG;
  child = RefPtr<Dentry>(childInUse(name));
  if (child)
    return 0;
  RefPtr<Inode> inode;
  int64 error = inode_->lookup(name, inode);
  if (error == 0)
    child = attach(name, inode);
  return error;
}

RefPtr<Dentry> Dentry::attach(const ustl::string& name, RefPtr<Inode> inode)
{
  return RefPtr<Dentry>(new Dentry(RefPtr<Dentry>(this), name, ustl::move(inode)));
}

void Dentry::detach()
{
  if (detached_ || !parent_)
    return;
  Dentry** link = &parent_->first_child_;
  while (*link != this)
    link = &(*link)->next_sibling_;
  *link = next_sibling_;
  detached_ = true;
}

void Dentry::joinSiblings()
{
  next_sibling_ = parent_->first_child_;
  parent_->first_child_ = this;
}

void Dentry::moveTo(RefPtr<Dentry> parent, const ustl::string& name)
{
  assert(parent_ && !detached_ && "it has just been found under its name");
  detach();
  detached_ = false;
  parent_ = ustl::move(parent);
  joinSiblings();
  name_ = name;
}

Dentry* Dentry::childInUse(const ustl::string& name) const
{
  for (Dentry* child = first_child_; child; child = child->next_sibling_)
    if (child->name_ == name)
      return child;
  return nullptr;
}

bool Dentry::isBelow(const Dentry* other) const
{
  const Dentry* dentry = this;
  while (dentry && dentry != other)
    dentry = dentry->getParent();
  return dentry != nullptr;
}
