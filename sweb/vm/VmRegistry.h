#pragma once

#include "Mutex.h"
#include "RefPtr.h"
#include "VirtualMachine.h"
#include "ulist.h"
#include "uvector.h"

/// All virtual machines: those that run, and the last few that ended, so that their reports can still be read.
class VmRegistry
{
public:
  static VmRegistry* instance();

  /// Starts a VM from the text of a guest definition, whose relative paths begin where the current thread works, and
  /// waits until it runs. Null if it was refused; `error` says why.
  RefPtr<VirtualMachine> start(const ustl::string& name, ustl::string definition, ustl::string& error);

  /// The VM with this number, running or ended; null if there is none.
  RefPtr<VirtualMachine> find(uint32 id);

  /// What there is to say of each, in the order of their starts. 0 or -ENOMEM.
  int64 list(ustl::vector<struct vm_info>& infos);

  /// Stops every VM, waits for their ends, and leaves VMX operation. For power-off.
  void shutdown();

private:
  static constexpr size_t ENDED_KEPT = 8;

  VmRegistry();
  void forgetOldest();

  Mutex lock_; ///< guards what follows
  ustl::vector<RefPtr<VirtualMachine>> vms_;
  uint32 next_id_ = 1;
  bool shut_down_ = false;
};
