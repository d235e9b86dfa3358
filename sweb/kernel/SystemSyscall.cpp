#include "SystemSyscall.h"

#include "ArchMemory.h"
#include "ArchThreads.h"
#include "Clock.h"
#include "IdleThread.h"
#include "KernelMemoryManager.h"
#include "PageManager.h"
#include "ProcessRegistry.h"
#include "Thread.h"
#include "UserMemory.h"
#include "errno.h"
#include "kprintf.h"
#include "syscall-definitions.h"

int64 SystemSyscall::information(pointer user_information)
{
  const size_t heap_used = KernelMemoryManager::instance()->getUsedKernelMemory(false);
  const size_t heap_reserve = KernelMemoryManager::instance()->getNumPages() - (heap_used + PAGE_SIZE - 1) / PAGE_SIZE;
  const system_information information = {
      .page_size = PAGE_SIZE,
      .total_pages = PageManager::instance()->getTotalNumPages(),
      .free_pages = PageManager::instance()->getNumFreePages() + heap_reserve,
      .heap_used = heap_used,
      .processes = ProcessRegistry::instance()->processCount(),
      .uptime_ns = Clock::nanoseconds(),
      .halted_ns = Clock::ticksToNanoseconds(IdleThread::haltedTicks()),
  };
  return UserMemory::copyOut(user_information, &information, sizeof(information));
}

int64 SystemSyscall::reboot(size_t how)
{
  return ProcessRegistry::instance()->requestShutdown(how);
}

int64 SystemSyscall::outline(size_t port, pointer user_text)
{
  constexpr size_t DEBUG_PORT = 0xe9;
  constexpr size_t MAX_SIZE = 251;
  if (port != DEBUG_PORT)
    return -EINVAL;
  char text[MAX_SIZE];
  const ssize_t length = UserMemory::copyString(text, sizeof(text), user_text);
  if (length >= 0)
    kprintfd("%s", text);
  return length;
}

int64 SystemSyscall::trace()
{
  currentThread->printBacktrace();
  return 0;
}
