#include "VmSyscalls.h"
#include "ArchThreads.h"
#include "Clock.h"
#include "CpuCheck.h"
#include "CutMark.h"
#include "Scheduler.h"
#include "Thread.h"
#include "UserMemory.h"
#include "VmRegistry.h"
#include "VmText.h"
#include "errno.h"
#include "kstring.h"
#include "syscall-definitions.h"

namespace
{
constexpr size_t MAX_DEFINITION = 8 * 1024; ///< MemoryReservation::HYPERVISOR_PAGES has to cover it several times
constexpr uint64 CHECK_INTERVAL = 4000000;  ///< nanoseconds between two looks for an explanation

/// Hands the first `kept` bytes of a text to a process, and the zero-terminated `end` behind them. 0, or -EFAULT.
int64 copyOutWithEnd(pointer buffer, const char* text, size_t kept, const char* end)
{
  const int64 result = UserMemory::copyOut(buffer, text, kept);
  return result < 0 ? result : UserMemory::copyOut(buffer + kept, end, strlen(end) + 1);
}

/// Hands text to a process, zero-terminated, with a CutMark if there is not enough room. The full length, or -EFAULT.
int64 copyTextOut(pointer buffer, size_t size, const char* text, size_t length)
{
  int64 result = 0;
  if (length < size)
    result = copyOutWithEnd(buffer, text, length, "");
  else if (size > 0)
  {
    const CutMark mark(text, length, size - 1);
    result = copyOutWithEnd(buffer, text, mark.kept(), mark.text());
  }
  return result < 0 ? result : static_cast<int64>(length);
}

/// Lines of a definition, from a process. 0, -EFAULT or -ENOMEM.
int64 copyLines(ustl::string& lines, const char* user_lines, size_t length)
{
  if (!lines.tryResize(length))
    return -ENOMEM;
  return UserMemory::copyIn(lines.data(), reinterpret_cast<pointer>(user_lines), length);
}

int64 explain(pointer request, const ustl::string& error)
{
  const int64 result =
      copyTextOut(request + __builtin_offsetof(vm_create_request, error), vm_error_size, error.c_str(), error.size());
  return result < 0 ? result : -EINVAL;
}
} // namespace

int64 VmSyscalls::call(size_t number, size_t arg1, size_t arg2, size_t arg3)
{
  switch (number)
  {
  case sc_vm_create:
    return create(arg1);
  case sc_vm_attach:
    return attach(arg1);
  case sc_vm_list:
    return list(arg1, arg2, arg3);
  case sc_vm_kill:
    return kill(arg1);
  case sc_vm_reset:
    return reset(arg1);
  case sc_vm_panic:
    return panic(arg1);
  case sc_vm_stat:
    return statistics(arg1, arg2, arg3);
  case sc_vm_report:
    return report(arg1, arg2, arg3);
  case sc_vm_refuse:
    return refuse(arg1, arg2);
  case sc_vm_check:
    return check(arg1, arg2, arg3);
  case sc_vm_check_cpu:
    return checkCpu(arg1);
  case sc_vm_last_screen:
    return lastScreen(arg1, arg2);
  default:
    return -ENOSYS;
  }
}

int64 VmSyscalls::create(pointer user_request)
{
  vm_create_request request;
  int64 result = UserMemory::copyIn(&request, user_request, sizeof(request));
  if (result < 0)
    return result;
  if (request.flags != 0)
    return explain(user_request, "the program asks for something this kernel does not know");
  if (request.definition_length > MAX_DEFINITION || request.options_length > MAX_DEFINITION)
    return explain(user_request, "the guest definition is longer than 8 KiB");

  request.name[vm_name_size - 1] = 0;
  VirtualMachine::Source source;
  source.name = request.name;
  result = copyLines(source.text, request.definition, request.definition_length);
  if (result == 0)
    result = copyLines(source.options, request.options, request.options_length);
  if (result == -ENOMEM)
    return explain(user_request, "not enough memory for the guest definition; end a program or another VM first");
  if (result < 0)
    return result;

  ustl::string error;
  const RefPtr<VirtualMachine> vm = VmRegistry::instance()->start(ustl::move(source), error);
  return vm ? static_cast<int64>(vm->id()) : explain(user_request, error);
}

int64 VmSyscalls::attach(uint32 id)
{
  const RefPtr<VirtualMachine> vm = VmRegistry::instance()->find(id);
  if (!vm)
    return -ESRCH;
  const int64 result = vm->console().attach(*currentThread->getTerminal());
  if (result < 0)
    return result;
  switch (vm->state())
  {
  case VirtualMachine::POWERED_OFF:
    return vm_ended;
  case VirtualMachine::FAILED:
    return vm_failed;
  case VirtualMachine::KILLED:
    return vm_killed;
  default:
    return vm_detached;
  }
}

int64 VmSyscalls::list(pointer user_infos, size_t size, size_t capacity)
{
  if (size != sizeof(struct vm_info))
    return -EINVAL;
  ustl::vector<struct vm_info> infos;
  int64 error = VmRegistry::instance()->list(infos);
  const size_t copied = ustl::min(capacity, infos.size());
  if (error == 0 && copied > 0)
    error = UserMemory::copyOut(user_infos, infos.data(), copied * size);
  return error < 0 ? error : static_cast<int64>(infos.size());
}

int64 VmSyscalls::kill(uint32 id)
{
  const RefPtr<VirtualMachine> vm = VmRegistry::instance()->find(id);
  if (!vm || vm->isOver())
    return -ESRCH;
  vm->stop();
  vm->waitUntilOver();
  return 0;
}

int64 VmSyscalls::reset(uint32 id)
{
  const RefPtr<VirtualMachine> vm = VmRegistry::instance()->find(id);
  if (!vm || vm->isOver())
    return -ESRCH;
  vm->reset();
  return 0;
}

int64 VmSyscalls::panic(uint32 id)
{
  const RefPtr<VirtualMachine> vm = VmRegistry::instance()->find(id);
  if (!vm || vm->isOver())
    return -ESRCH;
  vm->panic();
  vm->waitUntilOver();
  return 0;
}

int64 VmSyscalls::statistics(uint32 id, pointer buffer, size_t size)
{
  const RefPtr<VirtualMachine> vm = VmRegistry::instance()->find(id);
  if (!vm)
    return -ESRCH;
  ustl::string text;
  int64 result = 0;
  const auto fetch = [&](Vm* handle)
  { result = fetchVmText(text, [=](char* to, size_t room) { return vm_statistics(handle, to, room); }); };
  if (!vm->withHandle(fetch))
  {
    if (!vm->isOver())
      return -EAGAIN; // it is being made, or taken down
    if (vm->statistics().empty() || !text.tryReserve(vm->statistics().size()))
      return -ENOMEM;
    text = vm->statistics();
  }
  if (result < 0 || !text.tryReserve(text.size() + VirtualMachine::MAX_TROUBLE))
    return -ENOMEM;
  text += vm->logTrouble();
  return copyTextOut(buffer, size, text.c_str(), text.size());
}

int64 VmSyscalls::report(uint32 id, pointer buffer, size_t size)
{
  const RefPtr<VirtualMachine> vm = VmRegistry::instance()->find(id);
  if (!vm)
    return -ESRCH;
  // Copying may wait for the disk, and the vCPU's thread writes the report until the VM is over.
  if (!vm->isOver())
    return copyTextOut(buffer, size, "", 0);
  return copyTextOut(buffer, size, vm->report().c_str(), vm->report().size());
}

int64 VmSyscalls::refuse(uint32 id, size_t which)
{
  const RefPtr<VirtualMachine> vm = VmRegistry::instance()->find(id);
  if (!vm || vm->isOver())
    return -ESRCH;
  if (which > VM_REFUSE_GUEST)
    return -EINVAL;
  vm->refuse(static_cast<uint32>(which));
  vm->waitUntilOver();
  return 0;
}

int64 VmSyscalls::check(uint32 id, pointer buffer, size_t size)
{
  const RefPtr<VirtualMachine> vm = VmRegistry::instance()->find(id);
  if (!vm)
    return -ESRCH;
  ustl::string text;
  int64 result = 0;
  const auto fetch = [&](Vm* handle)
  { result = fetchVmText(text, [=](char* to, size_t room) { return vm_explanation(handle, to, room); }); };
  // Only the vCPU's thread may read its VMCS. It answers at its next exit.
  vm->requestCheck();
  while (vm->withHandle(fetch))
  {
    if (result < 0)
      return result;
    if (!text.empty())
      return copyTextOut(buffer, size, text.c_str(), text.size());
    if (currentThread->isKillPending())
      return -EINTR;
    (void)Scheduler::instance()->sleepUntil(Clock::nanoseconds() + CHECK_INTERVAL);
  }
  return -ESRCH;
}

int64 VmSyscalls::checkCpu(pointer user_request)
{
  vm_check_cpu_request request;
  int64 result = UserMemory::copyIn(&request, user_request, sizeof(request));
  if (result < 0)
    return result;
  const RefPtr<CpuCheck> check(new CpuCheck(request.count, request.seed));
  if (!check->run())
    return -ENOMEM;
  const char* report = check->report();
  result = copyTextOut(reinterpret_cast<pointer>(request.report), request.size, report, strlen(report));
  if (result < 0)
    return result;
  return check->verdict() == VMX_CHECK_IMPOSSIBLE ? -EINVAL : static_cast<int64>(check->verdict());
}

int64 VmSyscalls::lastScreen(uint32 id, pointer user_screen)
{
  const RefPtr<VirtualMachine> vm = VmRegistry::instance()->find(id);
  if (!vm)
    return -ESRCH;
  if (!vm->isOver())
    return -EBUSY;
  const ustl::vector<ScreenCell>& cells = vm->console().lastScreen();
  static_assert(sizeof(vm_screen::cells) == screen::CELLS * sizeof(ScreenCell));
  return cells.empty() ? -ENOMEM : UserMemory::copyOut(user_screen, cells.data(), sizeof(vm_screen::cells));
}

void VmSyscalls::shutdown()
{
  VmRegistry::instance()->shutdown();
}
