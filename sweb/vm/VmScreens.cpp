#include "VmScreens.h"
#include "Clock.h"
#include "Condition.h"
#include "Mutex.h"
#include "Notification.h"
#include "Scheduler.h"
#include "ScopeLock.h"
#include "Thread.h"
#include "VmConsole.h"

namespace
{
constinit Notification guest_has_run;

/// Nobody holds it while a picture is shown: that takes as long as the slowest console.
constinit Mutex watched_lock("VmScreens::watched_lock");

// Guarded by it.
constinit Condition turn_over(&watched_lock, "VmScreens::turn_over");
constinit VmConsole* watched = nullptr;
constinit VmConsole* next_turn = nullptr; ///< in the list; null at the end of a round
constinit VmConsole* shown = nullptr;     ///< whose turn it is, in the list or on its way out
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

/// A round: however slow a console is, all others have their turn before its next one.
void VmScreens::showPictures()
{
  beginRound();
  while (VmConsole* console = nextTurn())
    console->showPicture();
}

void VmScreens::beginRound()
{
  ScopeLock lock(watched_lock);
  next_turn = watched;
}

/// Ends the turn of the console that was shown last. Returns the next one that may have changed, null when the round is
/// over.
VmConsole* VmScreens::nextTurn()
{
  ScopeLock lock(watched_lock);
  turn_over.broadcast();
  while (next_turn && !next_turn->may_have_changed_)
    next_turn = next_turn->next_watched_;
  shown = next_turn;
  if (!shown)
    return nullptr;
  next_turn = shown->next_watched_;
  shown->may_have_changed_ = false;
  return shown;
}

void VmScreens::startThread()
{
  Scheduler::instance()->addNewThread(new ScreenThread());
}

void VmScreens::watch(VmConsole& console)
{
  ScopeLock lock(watched_lock);
  console.next_watched_ = watched;
  watched = &console;
}

void VmScreens::unwatch(VmConsole& console)
{
  if (takeOut(console))
    console.showPicture();
}

/// Takes a console out of the list, at once, so that it gets no other turn, and waits until its present one is over.
/// False if it was not there.
bool VmScreens::takeOut(VmConsole& console)
{
  ScopeLock lock(watched_lock);
  VmConsole** link = &watched;
  while (*link && *link != &console)
    link = &(*link)->next_watched_;
  if (!*link)
    return false;
  *link = console.next_watched_;
  if (next_turn == &console)
    next_turn = console.next_watched_;
  while (shown == &console)
    turn_over.wait();
  return true;
}

void VmScreens::wake()
{
  guest_has_run.notify();
}
