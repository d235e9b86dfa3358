#include "MemoryReservation.h"

#include "AllocationFaults.h"
#include "ArchThreads.h"
#include "InterruptGuard.h"
#include "KernelMemoryManager.h"
#include "PageManager.h"
#include "Thread.h"
#include "debug.h"

namespace
{
/// The reservation that came closest to its end, in bytes.
constinit size_t most_used = 0;
constinit size_t most_used_of = 1;

/// Allocations that relied on a reservation, but had none.
constinit size_t uncovered = 0;
constinit pointer last_uncovered_by = 0;

bool setAside(size_t pages)
{
  if (AllocationFaults::strike())
    return false;
  PageManager* frames = PageManager::instance();
  return frames->reserve(pages) || (KernelMemoryManager::instance()->releaseSpare() && frames->reserve(pages));
}
} // namespace

ThreadReserve::~ThreadReserve()
{
  PageManager::instance()->unreserve(pages_);
}

MemoryReservation::MemoryReservation(size_t pages) : pages_(pages), valid_(setAside(pages))
{
  if (valid_)
    currentThread->reserve_.pages_ += pages_;
}

MemoryReservation::~MemoryReservation()
{
  if (!valid_)
    return;
  ThreadReserve& reserve = currentThread->reserve_;
  reserve.pages_ -= pages_;
  if (reserve.pages_ == 0)
    reserve.used_bytes_ = 0;
  PageManager::instance()->unreserve(pages_);
}

bool MemoryReservation::isHeld()
{
  return currentThread && currentThread->reserve_.pages_ > 0;
}

void MemoryReservation::noteUse(size_t bytes, pointer called_by)
{
  if (system_state != RUNNING || !currentThread)
    return;
  InterruptGuard guard;
  ThreadReserve& reserve = currentThread->reserve_;
  if (reserve.pages_ == 0)
  {
    ++uncovered;
    last_uncovered_by = called_by;
    return;
  }
  reserve.used_bytes_ += bytes;
  const size_t reserved_bytes = reserve.pages_ * PAGE_SIZE;
  if (reserve.used_bytes_ * most_used_of > most_used * reserved_bytes)
  {
    most_used = reserve.used_bytes_;
    most_used_of = reserved_bytes;
  }
}

void MemoryReservation::noteFree(size_t bytes)
{
  if (!isHeld())
    return;
  InterruptGuard guard;
  size_t& used = currentThread->reserve_.used_bytes_;
  used -= bytes < used ? bytes : used;
}

void MemoryReservation::printUse()
{
  debug(PM, "reservations: %zu of %zu bytes used at most, %zu allocations without (the last at %#lx)\n", most_used,
        most_used_of, uncovered, last_uncovered_by);
}
