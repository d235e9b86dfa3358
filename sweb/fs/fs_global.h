#pragma once

#include "types.h"
#include "ustring.h"

/// Flags of open, as user programs see them.
namespace OpenFlags
{
constexpr uint32 RDONLY = 0x1;
constexpr uint32 WRONLY = 0x2;
constexpr uint32 RDWR = 0x4;
constexpr uint32 CREAT = 0x8;
/// Every write goes to the end of the file.
constexpr uint32 APPEND = 0x10;
/// With CREAT: the file must not exist. Without: exclusive use, -EBUSY while somebody else may write (a block device
/// also while it, or one that overlaps it, is mounted), and -EBUSY for later writers until it is closed.
constexpr uint32 EXCL = 0x20;
constexpr uint32 NONBLOCK = 0x40;
constexpr uint32 TRUNC = 0x80;
/// Each write is on the disk before it returns.
constexpr uint32 SYNC = 0x100;

constexpr bool readable(uint32 flags)
{
  return flags & (RDONLY | RDWR);
}
constexpr bool writable(uint32 flags)
{
  return flags & (WRONLY | RDWR);
}
constexpr bool exclusive(uint32 flags)
{
  return (flags & EXCL) && !(flags & CREAT);
}
} // namespace OpenFlags

/// Origins of lseek; the values are what user programs pass.
enum class SeekOrigin : uint8
{
  SET = 0,
  CURRENT = 1,
  END = 2
};

/// Longest name of one path component, and of a whole path. File systems may allow less (Minix: 30 or 60).
constexpr size_t MAX_NAME_LENGTH = 255;
constexpr size_t MAX_PATH_LENGTH = 4096;

enum class InodeType : uint8
{
  FILE,
  DIRECTORY,
  LINK,
  CHARACTER_DEVICE,
  BLOCK_DEVICE,
  OTHER ///< something a foreign system left on the disk: listed, removable, not to be opened
};

/// What is known of a file without reading it.
struct FileStat
{
  uint64 device = 0; ///< the file system: with the number of the inode it tells which file this is
  uint32 inode_number = 0;
  InodeType type = InodeType::FILE;
  uint32 mode = 0; ///< permission bits, 0..07777
  uint32 links = 0;
  uint32 uid = 0;
  uint32 gid = 0;
  uint64 size = 0;        ///< bytes
  uint32 access_time = 0; ///< seconds since 1970
  uint32 modification_time = 0;
  uint32 change_time = 0;
};

/// One name of a directory listing.
struct DirectoryEntry
{
  ustl::string name;
  InodeType type = InodeType::FILE;
  uint64 size = 0;
};

/// Room on a file system.
struct FileSystemStat
{
  uint32 block_size = 0;
  uint64 blocks = 0;
  uint64 free_blocks = 0;
  uint64 inodes = 0;
  uint64 free_inodes = 0;
};
