#include "SpinLock.h"

#include "ArchInterrupts.h"
#include "ArchThreads.h"
#include "assert.h"

void SpinLock::acquire()
{
  const bool were_enabled = ArchInterrupts::disableInterrupts();
  // With interrupts disabled nobody else on this CPU can hold it, so waiting would be waiting for oneself.
  if (ArchThreads::testSetLock(locked_, 1))
    kpanict("SpinLock %s is acquired by its holder", name_);
  interrupts_were_enabled_ = were_enabled;
}

void SpinLock::release()
{
  assert(locked_ && "only a held lock can be released");
  const bool were_enabled = interrupts_were_enabled_;
  ArchThreads::testSetLock(locked_, 0);
  if (were_enabled)
    ArchInterrupts::enableInterrupts();
}
