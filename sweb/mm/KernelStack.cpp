#include "KernelStack.h"

#include "ArchMemory.h"
#include "InterruptGuard.h"
#include "MappedRange.h"
#include "Scheduler.h"
#include "Thread.h"
#include "assert.h"
#include "debug.h"

namespace
{
constexpr uint64 CANARY = 0x79'72'61'6E'61'43'20'4B; // "K Canary"

constinit uint64 used_slots[KernelStack::MAX_SLOTS / 64] = {};

/// The stack that came closest to its end, in bytes.
constinit size_t most_used = 0;
constinit size_t most_used_of = 1;

static_assert(KernelStack::MAX_SLOTS * KernelStack::SLOT_SIZE <= KERNEL_STACKS_SIZE);

/// Number of a free slot, now taken; MAX_SLOTS when there is none.
size_t takeSlot()
{
  InterruptGuard guard;
  for (size_t word = 0; word < KernelStack::MAX_SLOTS / 64; ++word)
    if (used_slots[word] != ~0UL)
    {
      const auto bit = static_cast<size_t>(__builtin_ctzl(~used_slots[word]));
      used_slots[word] |= 1UL << bit;
      return word * 64 + bit;
    }
  return KernelStack::MAX_SLOTS;
}

void giveSlotBack(size_t slot)
{
  InterruptGuard guard;
  used_slots[slot / 64] &= ~(1UL << (slot % 64));
}

uint64& canaryOf(pointer bottom)
{
  return *reinterpret_cast<uint64*>(bottom);
}
} // namespace

KernelStack::KernelStack(size_t pages)
{
  assert(pages > 0 && pages < SLOT_SIZE / PAGE_SIZE && "a slot holds the stack and a guard page");
  const size_t slot = takeSlot();
  if (slot == MAX_SLOTS)
    return;
  const pointer top = KERNEL_STACKS_START + (slot + 1) * SLOT_SIZE;
  const pointer bottom = top - pages * PAGE_SIZE;
  if (!MappedRange::map(bottom, pages))
  {
    giveSlotBack(slot);
    return;
  }
  top_ = top;
  bottom_ = bottom;
  canaryOf(bottom) = CANARY ^ bottom;
}

KernelStack::~KernelStack()
{
  if (!isValid())
    return;
  assert(isCanaryOK());
  noteUse();
  MappedRange::unmap(bottom_, (top_ - bottom_) / PAGE_SIZE);
  giveSlotBack((top_ - KERNEL_STACKS_START) / SLOT_SIZE - 1);
}

bool KernelStack::isOverflow(pointer address) const
{
  return address < bottom_ && address >= top_ - SLOT_SIZE;
}

bool KernelStack::isCanaryOK() const
{
  return canaryOf(bottom_) == (CANARY ^ bottom_);
}

size_t KernelStack::usedBytes() const
{
  // Pages come zeroed.
  const auto* top = reinterpret_cast<const uint64*>(top_);
  const uint64* word = &canaryOf(bottom_) + 1;
  while (word < top && *word == 0)
    ++word;
  return static_cast<size_t>(top - word) * sizeof(*word);
}

void KernelStack::noteUse() const
{
  const size_t used = usedBytes();
  const size_t size = top_ - bottom_;
  InterruptGuard guard;
  if (used * most_used_of <= most_used * size)
    return;
  most_used = used;
  most_used_of = size;
}

void KernelStack::printUse()
{
  Scheduler::instance()->forEachThread([](Thread* thread, void*) { thread->getKernelStack().noteUse(); }, nullptr);
  debug(THREAD, "kernel stacks: %zu of %zu bytes used at most\n", most_used, most_used_of);
}
