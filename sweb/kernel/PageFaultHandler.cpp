#include "PageFaultHandler.h"

#include "ArchInterrupts.h"
#include "ArchThreads.h"
#include "Loader.h"
#include "UserProcess.h"
#include "assert.h"
#include "debug.h"
#include "errno.h"

namespace
{
const char* accessName(Loader::Access access)
{
  switch (access)
  {
  case Loader::Access::READ:
    return "read from";
  case Loader::Access::WRITE:
    return "write to";
  case Loader::Access::EXECUTE:
    return "jump to";
  }
  return "use";
}

[[noreturn]] void endProcess(UserProcess* process, pointer address, Loader::Access access, bool present, int64 error)
{
  debug(PAGEFAULT, "%s cannot %s 0x%lx (page %spresent): error %ld\n", process->getName(), accessName(access), address,
        present ? "" : "not ", -error);
  switch (error)
  {
  case -ENOMEM:
    process->endWith(UserProcess::EXIT_BAD_ACCESS, "ended: no memory left for the page at 0x%lx", address);
  case -EIO:
    process->endWith(UserProcess::EXIT_BAD_ACCESS, "ended: its file cannot be read for the page at 0x%lx", address);
  default:
    process->endWith(UserProcess::EXIT_BAD_ACCESS, "ended: it may not %s address 0x%lx", accessName(access), address);
  }
}
} // namespace

void PageFaultHandler::enterPageFault(pointer address, bool in_user_mode, bool present, bool writing, bool fetching)
{
  UserProcess* process = currentThread != nullptr ? UserProcess::current() : nullptr;
  if (!in_user_mode || process == nullptr || process->loader_ == nullptr)
    kpanict("page fault in the kernel");

  const Loader::Access access = writing    ? Loader::Access::WRITE
                                : fetching ? Loader::Access::EXECUTE
                                           : Loader::Access::READ;
  // Loading reads from the disk, which sleeps until the disk's interrupt.
  ArchInterrupts::enableInterrupts();
  if (const int64 error = process->loader_->loadPage(address, access); error != 0)
    endProcess(process, address, access, present, error);
  ArchInterrupts::disableInterrupts();
}
