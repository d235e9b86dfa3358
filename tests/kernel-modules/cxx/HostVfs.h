#pragma once

#include <string>

/// The VFS of this process, with its ramfs root. Tests run in threads; each uses directories of its own.
namespace hostvfs
{

/// Initialises the VFS at the first call and makes an empty directory; its absolute path.
std::string newDirectory();

} // namespace hostvfs
