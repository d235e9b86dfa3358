#include "VmRegistry.h"
#include "ArchThreads.h"
#include "Scheduler.h"
#include "ScopeLock.h"
#include "VcpuThread.h"
#include "errno.h"
#include "kformat.h"
#include <new>

VmRegistry* VmRegistry::instance()
{
  static VmRegistry registry;
  return &registry;
}

VmRegistry::VmRegistry() : lock_("VmRegistry::lock_") {}

RefPtr<VirtualMachine> VmRegistry::start(VirtualMachine::Source source, ustl::string& error)
{
  uint32 id;
  {
    ScopeLock lock(lock_);
    if (shut_down_)
    {
      error = "the host is shutting down";
      return nullptr;
    }
    id = next_id_++;
  }
  const RefPtr<VirtualMachine> vm(new VirtualMachine(id, ustl::move(source), *currentThread->getWorkingDirInfo()));
  if (!vm->isUsable())
  {
    error = "not enough memory for another VM; end a program or another VM first";
    return nullptr;
  }
  auto* thread = new VcpuThread(vm, 0);
  if (!thread->isUsable())
  {
    delete thread;
    error = "not enough memory for the vCPU's thread; end a program or another VM first";
    return nullptr;
  }
  Scheduler::instance()->addNewThread(thread);
  if (vm->waitUntilStarted() != VirtualMachine::REFUSED)
    return vm;
  error = vm->report();
  if (error.empty())
    error = "the host has no free memory left; stop a program or another guest";
  return nullptr;
}

ustl::string VmRegistry::enter(VirtualMachine& vm)
{
  ScopeLock lock(lock_);
  if (shut_down_)
    return "the host is shutting down";
  if (const VirtualMachine* other = livingVm(vm.name()))
  {
    char text[256];
    ksnprintf(text, sizeof(text),
              "VM %u is called %s already; choose another name with --name, or end it with `vmkill %s'", other->id(),
              vm.name().c_str(), vm.name().c_str());
    return text;
  }
  forgetEnded(vm.name());
  vms_.push_back(RefPtr<VirtualMachine>(&vm));
  return ustl::string();
}

void VmRegistry::leave(VirtualMachine& vm)
{
  ScopeLock lock(lock_);
  for (auto it = vms_.begin(); it != vms_.end(); ++it)
  {
    if (it->get() == &vm)
    {
      vms_.erase(it);
      return;
    }
  }
}

VirtualMachine* VmRegistry::livingVm(const ustl::string& name)
{
  for (const auto& vm : vms_)
    if (!vm->isOver() && vm->name() == name)
      return vm.get();
  return nullptr;
}

void VmRegistry::forgetEnded(const ustl::string& name)
{
  for (auto it = vms_.begin(); it != vms_.end();)
  {
    if ((*it)->isOver() && (*it)->name() == name)
      it = vms_.erase(it);
    else
      ++it;
  }
}

void VmRegistry::forgetOldest()
{
  ScopeLock lock(lock_);
  size_t ended = 0;
  for (const auto& vm : vms_)
    ended += vm->isOver();
  for (auto it = vms_.begin(); ended > ENDED_KEPT && it != vms_.end();)
  {
    if ((*it)->isOver())
    {
      it = vms_.erase(it);
      --ended;
    }
    else
      ++it;
  }
}

RefPtr<VirtualMachine> VmRegistry::find(uint32 id)
{
  ScopeLock lock(lock_);
  for (const auto& vm : vms_)
    if (vm->id() == id)
      return vm;
  return nullptr;
}

int64 VmRegistry::list(ustl::vector<struct vm_info>& infos)
{
  ScopeLock lock(lock_);
  if (!infos.tryReserve(vms_.size()))
    return -ENOMEM;
  for (const auto& vm : vms_)
  {
    infos.push_back({});
    vm->describe(infos.back());
  }
  return 0;
}

ustl::string VmRegistry::userOf(const FileStat& stat)
{
  ScopeLock lock(lock_);
  for (const auto& vm : vms_)
    if (vm->hasFile(stat))
      return vm->name();
  return ustl::string();
}

void VmRegistry::shutdown()
{
  ustl::vector<RefPtr<VirtualMachine>> vms;
  {
    ScopeLock lock(lock_);
    shut_down_ = true;
    vms = vms_;
  }
  for (const auto& vm : vms)
    vm->stop();
  for (const auto& vm : vms)
    vm->waitUntilOver();
  vmx_disable();
}
