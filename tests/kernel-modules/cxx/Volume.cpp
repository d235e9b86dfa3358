#include "Volume.h"
#include "FileSystemInfo.h"
#include "HostVfs.h"
#include "MinixFSType.h"
#include "PathWalker.h"
#include "Strings.h"
#include "Superblock.h"
#include "VfsSyscall.h"
#include "VirtualFileSystem.h"
#include "kernel-modules/src/lib.rs.h"
#include <algorithm>
#include <atomic>
#include <cerrno>
#include <thread>
#include <vector>

Volume::Volume(rust::Slice<const uint8_t> image, size_t cache_memory)
    : driver_(std::make_unique<MemoryDriver>(std::vector<uint8>(image.begin(), image.end()))),
      device_(std::make_unique<BDVirtualDevice>(driver_.get(), 0, driver_->getNumSectors(), "volume")),
      cache_memory_(cache_memory), directory_(hostvfs::newDirectory())
{
}

Volume::~Volume()
{
  files_.clear();
  const int64 error = VfsSyscall::umount(directory_.c_str());
  if (error == 0 || error == -EINVAL) // unmounted now, or before
    return;
  (void)device_.release();
  (void)driver_.release();
}

std::unique_ptr<Volume> new_volume(rust::Slice<const uint8_t> image, size_t cache_memory)
{
  return std::make_unique<Volume>(image, cache_memory);
}

int64_t Volume::mountDevice(BDVirtualDevice* device, const char* fs_name, bool read_only)
{
  VirtualFileSystem::TreeLock lock;
  const Path& root = default_working_dir->getRoot();
  Path where;
  int64 error = PathWalker::pathWalk(directory_.c_str(), root, root, where);
  if (error != 0)
    return error;
  MinixFSType::setCacheMemory(cache_memory_); // under the tree lock, so that other threads' volumes keep theirs
  return VirtualFileSystem::instance().mount(device, where, fs_name, read_only);
}

int64_t Volume::mount(bool read_only)
{
  return mountDevice(device_.get(), "minixfs", read_only);
}

int64_t Volume::mount_ramfs()
{
  return mountDevice(nullptr, "ramfs", false);
}

int64_t Volume::umount()
{
  return VfsSyscall::umount(directory_.c_str());
}

void Volume::copy_to(rust::Slice<uint8_t> image) const
{
  std::copy(driver_->content().begin(), driver_->content().end(), image.begin());
}

int64_t Volume::open(rust::Str path, uint32_t flags)
{
  RefPtr<File> file;
  int64 error = VfsSyscall::openFile(inside(path).c_str(), flags, file);
  if (error != 0)
    return error;
  files_[next_handle_] = file;
  return next_handle_++;
}

int64_t Volume::read_at(int64_t handle, uint64_t offset, rust::Slice<uint8_t> buffer)
{
  return files_.at(handle)->readAt(offset, buffer.data(), buffer.size());
}

int64_t Volume::write_at(int64_t handle, uint64_t offset, rust::Slice<const uint8_t> data)
{
  return files_.at(handle)->writeAt(offset, data.data(), data.size());
}

int64_t Volume::read(int64_t handle, rust::Slice<uint8_t> buffer)
{
  return files_.at(handle)->read(buffer.data(), buffer.size());
}

int64_t Volume::write(int64_t handle, rust::Slice<const uint8_t> data)
{
  return files_.at(handle)->write(data.data(), data.size());
}

int64_t Volume::lseek(int64_t handle, int64_t offset, uint8_t origin)
{
  return files_.at(handle)->lseek(offset, static_cast<SeekOrigin>(origin));
}

int64_t Volume::mkdir(rust::Str path)
{
  return VfsSyscall::mkdir(inside(path).c_str());
}

int64_t Volume::rmdir(rust::Str path)
{
  return VfsSyscall::rmdir(inside(path).c_str());
}

int64_t Volume::rm(rust::Str path)
{
  return VfsSyscall::rm(inside(path).c_str());
}

int64_t Volume::link(rust::Str old_path, rust::Str new_path)
{
  return VfsSyscall::link(inside(old_path).c_str(), inside(new_path).c_str());
}

int64_t Volume::rename(rust::Str old_path, rust::Str new_path)
{
  return VfsSyscall::rename(inside(old_path).c_str(), inside(new_path).c_str());
}

Status Volume::stat(rust::Str path) const
{
  FileStat found;
  Status result{};
  result.error = VfsSyscall::stat(inside(path).c_str(), found);
  result.is_directory = found.type == InodeType::DIRECTORY;
  result.mode = found.mode;
  result.links = found.links;
  result.uid = found.uid;
  result.gid = found.gid;
  result.size = found.size;
  result.modification_time = found.modification_time;
  return result;
}

rust::Vec<Entry> Volume::list(rust::Str path) const
{
  ustl::vector<DirectoryEntry> entries;
  rust::Vec<Entry> result;
  if (VfsSyscall::readdir(inside(path).c_str(), entries) != 0)
    return result;
  for (const auto& entry : entries)
    result.push_back({toRust(entry.name), entry.type == InodeType::DIRECTORY, entry.size});
  return result;
}

Room Volume::room() const
{
  FileSystemStat found;
  VfsSyscall::statfs(directory_.c_str(), found);
  return {found.free_blocks, found.free_inodes};
}

int64_t Volume::sync()
{
  VirtualFileSystem::TreeLock lock;
  const Path& root = default_working_dir->getRoot();
  Path place;
  int64 error = PathWalker::pathWalk(directory_.c_str(), root, root, place);
  return error != 0 ? error : place.getInode()->getSuperblock()->flush();
}

uint32_t Volume::use_from_threads(uint32_t threads, uint32_t rounds)
{
  std::atomic<uint32_t> failures = 0;
  std::vector<std::thread> running;
  for (uint32_t thread = 0; thread < threads; ++thread)
    running.emplace_back([this, thread, rounds, &failures] { failures += useAsOneOfMany(thread, rounds); });
  for (auto& thread : running)
    thread.join();
  return failures;
}

uint32_t Volume::useAsOneOfMany(uint32_t thread, uint32_t rounds) const
{
  uint32_t failures = 0;
  auto expect = [&failures](bool fulfilled) { failures += !fulfilled; };
  const std::string own = directory_ + "/own" + std::to_string(thread);
  const std::string shared = directory_ + "/shared" + std::to_string(thread % 2);
  expect(VfsSyscall::mkdir(own.c_str()) == 0);
  for (uint32_t round = 0; round < rounds; ++round)
  {
    const std::string first = own + "/file", second = own + "/renamed";
    std::vector<char> content(1 + (round * 3001 + thread * 17) % 30000, static_cast<char>('a' + round % 26));
    std::vector<char> back(content.size());
    RefPtr<File> file;
    expect(VfsSyscall::openFile(first.c_str(), OpenFlags::RDWR | OpenFlags::CREAT | OpenFlags::TRUNC, file) == 0);
    expect(file && file->write(content.data(), content.size()) == static_cast<ssize_t>(content.size()));
    expect(VfsSyscall::rename(first.c_str(), second.c_str()) == 0);
    expect(file && file->readAt(0, back.data(), back.size()) == static_cast<ssize_t>(back.size()) && back == content);
    expect(VfsSyscall::rm(second.c_str()) == 0);
    expect(file && file->readAt(0, back.data(), back.size()) == static_cast<ssize_t>(back.size()) && back == content);

    // Others do the same with these names: any order of the operations is right, whatever they return.
    RefPtr<File> common;
    if (VfsSyscall::openFile(shared.c_str(), OpenFlags::RDWR | OpenFlags::CREAT | OpenFlags::APPEND, common) == 0)
      common->write(content.data(), content.size() % 100);
    if (round % 5 == thread % 5)
      VfsSyscall::rm(shared.c_str());
    if (round % 7 == thread % 7)
      VfsSyscall::sync();
  }
  expect(VfsSyscall::rmdir(own.c_str()) == 0);
  return failures;
}
