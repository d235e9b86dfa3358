#pragma once

#include "Condition.h"
#include "Mutex.h"
#include "Notification.h"
#include "RefPtr.h"
#include "ScopeLock.h"
#include "VmConsole.h"
#include "VmOutput.h"
#include "fs_global.h"
#include "sweb_vmx.h"
#include "syscall-definitions.h"
#include "types.h"
#include "ustring.h"

class FileSystemInfo;

/**
 * A virtual machine as the kernel sees it: the hypervisor's handle, the thread that runs it, its console and what
 * became of it.
 *
 * Two kinds of threads meet here. The VcpuThread builds the VM, runs it and takes it down; nobody else does. All others
 * (system calls, consoles) reach the hypervisor's handle only through withHandle(), which keeps it alive meanwhile.
 */
class VirtualMachine : public RefCounted
{
public:
  enum State
  {
    STARTING = vm_state_starting,
    RUNNING = vm_state_running,
    POWERED_OFF = vm_state_powered_off, ///< by the guest
    FAILED = vm_state_failed,           ///< report() says why
    KILLED = vm_state_killed,           ///< by a user
    REFUSED                             ///< never ran; report() says why. No program sees this one
  };

  /// What it is made from.
  struct Source
  {
    ustl::string text;    ///< a guest definition
    ustl::string options; ///< more such lines, from a command line
    ustl::string name;    ///< what the VM is called unless they give it another name
  };

  /// The relative paths of `source` begin in `working_dir`, which is copied. Nothing happens until a VcpuThread runs
  /// it.
  VirtualMachine(uint32 id, Source source, const FileSystemInfo& working_dir);
  ~VirtualMachine() override;

  /// False if there was no memory; then it may only be dropped.
  [[nodiscard]] bool isUsable() const { return output_.isUsable() && working_dir_; }

  uint32 id() const { return id_; }
  /// Once it is in the registry: nothing changes it then.
  const ustl::string& name() const { return name_; }
  VmConsole& console() { return console_; }
  VmOutput& output() { return output_; }

  // ---- for the VcpuThread

  /// Where its paths begin: while a VM lives, a reset or a report may open its files again. Null once it is over, so
  /// that a file system can be unmounted then.
  FileSystemInfo* workingDir() const { return working_dir_; }
  /// The VM is not even tried, for want of memory; there is none for a report either.
  void refuseForMemory();
  /// Enables VMX if needed, enters the VM in the registry and builds it. False if that is refused; the state and the
  /// report say why.
  bool powerOn();
  /// A vm_run has come back, and the VM goes on.
  void hasRun()
  {
    if (state_ == STARTING)
      enter(RUNNING);
  }
  /// The hypervisor's handle; valid between powerOn() and powerOff().
  Vm* handle() const { return handle_; }
  /// The VM has opened this file: an image or a disk.
  void noteFile(const FileStat& stat);
  /// Frees the VM with all it holds, and records why it ended. `run` is vm_run's last answer.
  void powerOff(const VmRun& run);
  /// A halted vCPU waits here for something to be delivered to its VM.
  Notification& event() { return event_; }

  // ---- for everybody else: any thread, interrupts enabled

  /// Waits until the VM has run, is over, or was refused.
  State waitUntilStarted();
  /// Waits for the VM's end.
  void waitUntilOver();
  /// The user looks at the console from now on. Called before keys can arrive there, or a detach() could be lost.
  void attach();
  /// Waits until the user detaches from the console or the VM ends, and returns the state then.
  State waitWhileAttached();
  /// Ends a waitWhileAttached(), also one that comes later. Called by the console.
  void detach();

  /// What programs are told about it.
  void describe(struct vm_info& info);
  State state() const;
  bool isOver() const { return isOver(state()); }
  /// What the hypervisor says about the end of the VM. Only once isOver(): until then its thread may be writing it.
  const ustl::string& report() const { return report_; }
  /// Its final statistics, empty if there was no memory for them. Only once isOver().
  const ustl::string& statistics() const { return statistics_; }

  /// A line about a log file that is not complete; empty if there is nothing to say. Once the VM runs, any thread.
  ustl::string logTrouble() const;
  static constexpr size_t MAX_TROUBLE = 512; ///< bytes of that line

  void stop();
  void reset();
  /// Has the hypervisor panic in the VM's thread: a drill.
  void panic();
  /// Has the CPU refuse the VM's next entry, because of one of VM_REFUSE_*: a drill.
  void refuse(uint32 which);
  /// Whether it has this file as an image or a disk. Until it is over.
  bool hasFile(const FileStat& stat) const;
  /// Asks the VM's thread to explain its VMCS: vm_explanation() has the text soon.
  void requestCheck();
  /// Whether the guest's keyboard, or its serial port, takes a whole key.
  bool hasInputRoom();
  /// Passes a key to the guest, or a byte to its serial port when that is its console.
  void input(uint8 byte);

  /// Calls `action(Vm*)` unless the VM is not built yet or gone already; returns whether it did. Short actions only:
  /// the end of the VM, and every key for it, waits for them.
  template <class Action> bool withHandle(Action action)
  {
    ScopeLock lock(handle_lock_);
    if (handle_)
      action(handle_);
    return handle_ != nullptr;
  }

private:
  static bool isOver(State state) { return state > RUNNING; }
  void enter(State state);
  void leaveWorkingDir();
  void refuseStart(const char* reason);
  [[nodiscard]] bool describe();
  [[nodiscard]] bool build();
  [[nodiscard]] bool openLog();
  [[nodiscard]] VmSource source() const;
  void keepResults(const VmRun& run);
  /// Frees the hypervisor's VM, once nobody is in withHandle() any more.
  void destroy();

  const uint32 id_;
  const Source source_;
  ustl::string name_;
  FileSystemInfo* working_dir_;
  ustl::string report_;
  ustl::string statistics_;
  VmInfo last_info_ = {}; ///< the figures at its end; as report(), only once isOver()
  uint32 exit_code_ = 0;  ///< the same
  ustl::string log_path_;

  /// Which file it is.
  struct FileId
  {
    uint64 device;
    uint32 inode;
    bool operator==(const FileId& other) const { return device == other.device && inode == other.inode; }
  };
  ustl::vector<FileId> files_; ///< guarded by handle_lock_

  volatile bool stop_wanted_ = false;
  mutable Mutex handle_lock_; ///< inside every other lock; guards handle_ and files_
  Vm* handle_ = nullptr;
  uint32 console_kind_ = VM_CONSOLE_SCREEN;
  Notification event_;
  VmOutput output_;
  VmConsole console_;

  mutable Mutex state_lock_; ///< guards state_ and attached_; no other is taken inside it
  Condition state_changed_;
  State state_ = STARTING;
  bool attached_ = false;
};
