#include "KeyDumps.h"

#include "KernelMemoryManager.h"
#include "Key.h"
#include "PageManager.h"
#include "Scheduler.h"

bool KeyDumps::obey(const Key& key)
{
  if (!key.isFunctionKey())
    return false;
  switch (key.functionNumber())
  {
  case 9:
    PageManager::instance()->printBitmap();
    KernelMemoryManager::instance()->getUsedKernelMemory(true);
    return true;
  case 10:
    Scheduler::instance()->printLockingInformation();
    return true;
  case 11:
    Scheduler::instance()->printStackTraces();
    return true;
  case 12:
    Scheduler::instance()->printThreadList();
    return true;
  default:
    return false;
  }
}
