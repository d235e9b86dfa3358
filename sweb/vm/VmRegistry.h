#pragma once

#include "Mutex.h"
#include "RefPtr.h"
#include "VirtualMachine.h"
#include "ulist.h"
#include "uvector.h"

/// All virtual machines: those that are being made or run, and what the last few that ended have left: report,
/// statistics, screen. A name belongs to one VM at a time; one that has ended is forgotten when another gets its name.
class VmRegistry
{
public:
  static VmRegistry* instance();

  /// Starts a VM, whose relative paths begin where the current thread works, and waits until it has run. Null if it was
  /// refused; `error` says why.
  RefPtr<VirtualMachine> start(VirtualMachine::Source source, ustl::string& error);

  /// A VM that has its name takes its place; called by its thread. Returns what speaks against it, or nothing.
  [[nodiscard]] ustl::string enter(VirtualMachine& vm);
  /// It could not be made.
  void leave(VirtualMachine& vm);
  /// Another one is over: of those that are, only the last ENDED_KEPT are remembered.
  void forgetOldest();

  /// The VM with this number, running or ended; null if there is none.
  RefPtr<VirtualMachine> find(uint32 id);

  /// What there is to say of each, in the order of their starts. 0 or -ENOMEM.
  int64 list(ustl::vector<struct vm_info>& infos);

  /// The name of a VM that has this file as an image or a disk; empty if there is none.
  ustl::string userOf(const FileStat& stat);

  /// Stops every VM, waits for their ends, and leaves VMX operation. For power-off.
  void shutdown();

private:
  static constexpr size_t ENDED_KEPT = 8;

  VmRegistry();
  VirtualMachine* livingVm(const ustl::string& name);
  void forgetEnded(const ustl::string& name);

  Mutex lock_; ///< guards what follows
  ustl::vector<RefPtr<VirtualMachine>> vms_;
  uint32 next_id_ = 1;
  bool shut_down_ = false;
};
