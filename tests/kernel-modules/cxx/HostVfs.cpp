#include "HostVfs.h"
#include "VfsSyscall.h"
#include "VirtualFileSystem.h"
#include "assert.h"
#include <atomic>
#include <mutex>

std::string hostvfs::newDirectory()
{
  static std::once_flag initialised;
  std::call_once(initialised,
                 []
                 {
                   VirtualFileSystem::instance().setWallClock([] { return 1'700'000'000u; });
                   VirtualFileSystem::instance().initialise();
                 });
  static std::atomic<unsigned> number = 0;
  std::string path = "/test" + std::to_string(number++);
  [[maybe_unused]] int64 error = VfsSyscall::mkdir(path.c_str());
  assert(error == 0);
  return path;
}
