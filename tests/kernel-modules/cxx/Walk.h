#pragma once

#include "rust/cxx.h"
#include <memory>
#include <string>

/// A tree of directories to walk in; its top is the root of the walks.
class Walk
{
public:
  explicit Walk(rust::Slice<const rust::String> directories);
  rust::String walk(rust::Str cwd, rust::Str path) const;

private:
  std::string top_;
};

std::unique_ptr<Walk> new_walk(rust::Slice<const rust::String> directories);
