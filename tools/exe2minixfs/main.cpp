// exe2minixfs: puts files into a Minix file system without mounting it. It is SWEB's own VFS and minixfs, compiled for
// the developer's machine; the block device is a part of an image file.
#include "BDManager.h"
#include "FileDriver.h"
#include "FileSystemInfo.h"
#include "VfsSyscall.h"
#include "VirtualFileSystem.h"
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace fs = std::filesystem;

namespace
{

constexpr size_t COPY_SIZE = 256 * 1024;

[[noreturn]] void fail(const std::string& what, int64 error = 0)
{
  throw std::runtime_error(error != 0 ? what + ": " + std::strerror(static_cast<int>(-error)) : what);
}

void check(int64 result, const std::string& what)
{
  if (result < 0)
    fail(what, result);
}

void makeDirectories(const fs::path& path)
{
  if (path.empty() || path == "/")
    return;
  FileStat found;
  if (VfsSyscall::stat(path.c_str(), found) == 0)
    return;
  makeDirectories(path.parent_path());
  check(VfsSyscall::mkdir(path.c_str()), "mkdir " + path.string());
}

void putFile(const fs::path& from, const fs::path& to)
{
  makeDirectories(to.parent_path());
  std::ifstream source(from, std::ios::binary);
  if (!source)
    fail("cannot read " + from.string());
  auto mode = static_cast<uint32>(fs::status(from).permissions()) & 0777;
  RefPtr<File> target;
  check(VfsSyscall::openFile(to.c_str(), OpenFlags::WRONLY | OpenFlags::CREAT | OpenFlags::TRUNC, target, mode),
        to.string());
  std::vector<char> buffer(COPY_SIZE);
  while (source)
  {
    source.read(buffer.data(), COPY_SIZE);
    ssize_t size = source.gcount();
    ssize_t written = size > 0 ? target->write(buffer.data(), size) : 0;
    check(written, to.string());
    if (written < size)
      fail(to.string() + ": the file system is full");
  }
}

/// A file, or everything below a folder, in the order of names so that images do not depend on the machine.
void put(const fs::path& from, const fs::path& to)
{
  if (!fs::is_directory(from))
  {
    putFile(from, to);
    return;
  }
  makeDirectories(to);
  std::vector<fs::path> entries;
  for (const auto& entry : fs::directory_iterator(from))
    entries.push_back(entry.path());
  std::sort(entries.begin(), entries.end());
  for (const auto& entry : entries)
    put(entry, to / entry.filename());
}

void putList(const std::string& list_name)
{
  std::ifstream list(list_name);
  if (!list)
    fail("cannot read " + list_name);
  for (std::string line; std::getline(list, line);)
  {
    if (line.empty() || line[0] == '#')
      continue;
    size_t separator = line.rfind(' ');
    if (separator == std::string::npos)
      fail(list_name + ": a line is HOSTFILE, blank, IMAGEPATH: " + line);
    put(line.substr(0, separator), fs::path("/") / line.substr(separator + 1));
  }
}

void list(const std::string& path)
{
  ustl::vector<DirectoryEntry> entries;
  check(VfsSyscall::readdir(path.c_str(), entries), path);
  for (const auto& entry : entries)
    std::printf("%c %10lu %s\n", entry.type == InodeType::DIRECTORY ? 'd' : '-', entry.size, entry.name.c_str());
}

void get(const std::string& from, const std::string& to)
{
  RefPtr<File> source;
  check(VfsSyscall::openFile(from.c_str(), OpenFlags::RDONLY, source), from);
  std::ofstream target(to, std::ios::binary);
  std::vector<char> buffer(COPY_SIZE);
  while (ssize_t size = source->read(buffer.data(), COPY_SIZE))
  {
    check(size, from);
    target.write(buffer.data(), size);
  }
  if (!target.flush())
    fail("cannot write " + to);
}

/// The image covers the empty ramfs, and becomes what this program sees as "/".
void mountAsRoot(BDVirtualDevice& device, bool read_only, const std::string& failure)
{
  VirtualFileSystem::TreeLock lock;
  Path root = default_working_dir->getRoot();
  check(VirtualFileSystem::instance().mount(&device, root, "minixfs", read_only), failure);
  RefPtr<VfsMount> mount(root.dentry_->getMount());
  default_working_dir->setRoot(Path(mount->getRoot(), mount));
  default_working_dir->setPwd(default_working_dir->getRoot());
}

bool isNumber(const std::string& text)
{
  return !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
}

constexpr const char* USAGE = R"(exe2minixfs: puts files into a Minix file system (v1, v2, v3) inside an image file

  exe2minixfs IMAGE [BYTE_OFFSET] FOLDER                      everything below FOLDER, into the root
  exe2minixfs IMAGE [BYTE_OFFSET] HOSTFILE IMAGEPATH ...      files or folders, to the paths given
  exe2minixfs IMAGE [BYTE_OFFSET] @LIST                       LIST has a line 'HOSTFILE IMAGEPATH' for each
  exe2minixfs --ls  IMAGE [BYTE_OFFSET] IMAGEPATH             lists a directory
  exe2minixfs --get IMAGE [BYTE_OFFSET] IMAGEPATH HOSTFILE    copies a file out

BYTE_OFFSET is where the file system starts in the image, 0 by default. Directories on the way are made;
existing files are replaced.
)";

void run(std::vector<std::string> arguments)
{
  std::string command;
  if (!arguments.empty() && (arguments[0] == "--ls" || arguments[0] == "--get"))
  {
    command = arguments[0];
    arguments.erase(arguments.begin());
  }
  if (arguments.size() < 2)
    fail(USAGE);
  const std::string image = arguments[0];
  arguments.erase(arguments.begin());
  uint64 offset = 0;
  if (isNumber(arguments[0]) && arguments.size() > 1)
  {
    offset = std::stoull(arguments[0]);
    arguments.erase(arguments.begin());
  }

  static FileDriver driver; // outlives the mount, whatever happens
  if (!driver.open(image, offset, command.empty()))
    fail("nothing done");
  // The file system alone is the drive: its first sector holds no partition table.
  BDVirtualDevice device(&driver, 0, driver.getNumSectors(), "image");
  VirtualFileSystem& vfs = VirtualFileSystem::instance();
  vfs.setWallClock(
      []
      {
        const char* fixed = std::getenv("SOURCE_DATE_EPOCH");
        return static_cast<uint32>(fixed ? std::strtoul(fixed, nullptr, 10) : std::time(nullptr));
      });
  vfs.initialise();
  mountAsRoot(device, !command.empty(), image + ": no Minix file system at byte " + std::to_string(offset));
  if (command == "--ls")
    list(arguments[0]);
  else if (command == "--get")
    arguments.size() == 2 ? get(arguments[0], arguments[1]) : fail(USAGE);
  else if (arguments.size() == 1 && arguments[0][0] == '@')
    putList(arguments[0].substr(1));
  else if (arguments.size() == 1)
    put(arguments[0], "/");
  else if (arguments.size() % 2 == 0)
    for (size_t i = 0; i < arguments.size(); i += 2)
      put(arguments[i], fs::path("/") / arguments[i + 1]);
  else
    fail(USAGE);
  check(VfsSyscall::shutdown(), image);
}

} // namespace

int main(int argc, char** argv)
{
  try
  {
    run(std::vector<std::string>(argv + 1, argv + argc));
    return 0;
  }
  catch (const std::exception& error)
  {
    std::fprintf(stderr, "exe2minixfs: %s\n", error.what());
    return 1;
  }
}
