#include "VmScreens.h"
#include "Clock.h"
#include "Mutex.h"
#include "Notification.h"
#include "Scheduler.h"
#include "ScopeLock.h"
#include "Thread.h"
#include "VmConsole.h"

namespace
{
Mutex& watchedLock()
{
  static Mutex lock("VmScreens");
  return lock;
}

constinit Notification guest_has_run;

// Guarded by the lock.
constinit VmConsole* watched = nullptr;
constinit bool has_thread = false;
} // namespace

class VmScreens::ScreenThread : public Thread
{
public:
  ScreenThread() : Thread(nullptr, "VmScreenThread", KERNEL_THREAD) {}

  void Run() override
  {
    for (;;)
    {
      guest_has_run.wait();
      showPictures();
      Scheduler::instance()->sleepUntil(Clock::nanoseconds() + 1'000'000'000 / PICTURES_PER_SECOND);
    }
  }
};

void VmScreens::showPictures()
{
  ScopeLock lock(watchedLock());
  for (VmConsole* console = watched; console; console = console->next_watched_)
  {
    if (!console->may_have_changed_)
      continue;
    console->may_have_changed_ = false;
    console->showPicture();
  }
}

void VmScreens::watch(VmConsole& console)
{
  ScopeLock lock(watchedLock());
  if (!has_thread)
  {
    auto* thread = new ScreenThread();
    if (!thread->isUsable())
    {
      delete thread;
      return;
    }
    Scheduler::instance()->addNewThread(thread);
    has_thread = true;
  }
  console.next_watched_ = watched;
  watched = &console;
}

void VmScreens::unwatch(VmConsole& console)
{
  ScopeLock lock(watchedLock());
  for (VmConsole** link = &watched; *link; link = &(*link)->next_watched_)
  {
    if (*link != &console)
      continue;
    console.showPicture();
    *link = console.next_watched_;
    return;
  }
}

void VmScreens::wake()
{
  guest_has_run.notify();
}
