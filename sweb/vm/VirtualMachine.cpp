#include "VirtualMachine.h"
#include "ArchThreads.h"
#include "FileSystemInfo.h"
#include "Thread.h"
#include "VmText.h"
#include "debug.h"
#include "errno.h"
#include "kformat.h"
#include "kstring.h"
#include <new>

namespace
{
constexpr size_t MESSAGE_SIZE = 512;

/// What can be wrong with a log file.
const char* errorText(int64 error)
{
  switch (-error)
  {
  case ENOENT:
    return "no such directory";
  case EISDIR:
    return "it is a directory";
  case EBUSY:
    return "it is in use";
  case ENOSPC:
    return "no space left on the device";
  case EROFS:
    return "the file system is read-only";
  case ENOMEM:
    return "there is not enough memory";
  case EIO:
    return "the device reported an error";
  default:
    return "it cannot be written";
  }
}
} // namespace

VirtualMachine::VirtualMachine(uint32 id, const ustl::string& name, ustl::string definition,
                               const FileSystemInfo& working_dir)
    : id_(id), name_(name), definition_(ustl::move(definition)),
      working_dir_(new (std::nothrow) FileSystemInfo(working_dir)), handle_lock_("VirtualMachine::handle_lock_"),
      console_(*this), state_lock_("VirtualMachine::state_lock_"),
      state_changed_(&state_lock_, "VirtualMachine::state_changed_")
{
}

VirtualMachine::~VirtualMachine()
{
  delete working_dir_;
}

bool VirtualMachine::powerOn()
{
  char message[MESSAGE_SIZE] = "";
  Vm* vm = nullptr;
  if (vmx_enable(message, sizeof(message)) == 0)
    vm = vm_create(reinterpret_cast<const uint8*>(definition_.c_str()), definition_.size(),
                   reinterpret_cast<const uint8*>(name_.c_str()), name_.size(), reinterpret_cast<size_t>(this), message,
                   sizeof(message));
  if (!vm)
  {
    refuseStart(message);
    return false;
  }
  {
    ScopeLock lock(handle_lock_);
    handle_ = vm;
  }
  if (!applyDescription())
    return false;
  console_.powerOn(console_kind_ == VM_CONSOLE_SERIAL);
  enter(RUNNING);
  return true;
}

bool VirtualMachine::applyDescription()
{
  VmDescription description;
  vm_description(handle_, &description);
  name_ = description.name;
  console_kind_ = description.console;
  log_path_ = description.log;
  const int64 result = description.log[0] ? output_.openLog(description.log) : 0;
  if (result == 0)
    return true;

  char message[MESSAGE_SIZE];
  ksnprintf(message, sizeof(message), "cannot write the log file %s: %s; choose another with --log", description.log,
            errorText(result));
  destroy();
  refuseStart(message);
  return false;
}

void VirtualMachine::destroy()
{
  Vm* vm = handle_;
  {
    ScopeLock lock(handle_lock_);
    handle_ = nullptr;
  }
  // Waits for disks. The lock must be free meanwhile: whoever delivers a key waits for it with the consoles' input
  // lock.
  vm_destroy(vm);
}

void VirtualMachine::powerOff(const VmRun& run)
{
  output_.close();
  console_.powerOff();

  const auto write = [this](char* text, size_t capacity) { return vm_report(handle_, text, capacity); };
  if (fetchVmText(report_, write) < 0)
    report_ = "it failed, and the host has no memory for the report\n";
  if (run.reason == VM_RUN_POWERED_OFF && run.exit_code)
  {
    char text[MAX_TROUBLE];
    ksnprintf(text, sizeof(text), "the guest ended with exit code %u\n", run.exit_code);
    report_ = text;
  }
  report_ += logTrouble();
  exit_code_ = run.exit_code;
  vm_info(handle_, &last_info_);
  last_info_.frame_bytes = 0; // destroy() gives them back
  destroy();
  enter(run.reason == VM_RUN_POWERED_OFF ? POWERED_OFF : run.reason == VM_RUN_STOPPED ? KILLED : FAILED);
  debug(VM, "%s (%u) is over%s%s\n", name_.c_str(), id_, report_.empty() ? "" : ": ", report_.c_str());
}

ustl::string VirtualMachine::logTrouble() const
{
  const int64 error = output_.logError();
  if (error == 0)
    return ustl::string();
  char text[MAX_TROUBLE];
  ksnprintf(text, sizeof(text), "the log file %s is not complete: %s\n", log_path_.c_str(), errorText(error));
  return ustl::string(text);
}

void VirtualMachine::refuseStart(const char* reason)
{
  report_ = reason;
  enter(REFUSED);
}

void VirtualMachine::refuseForMemory()
{
  enter(REFUSED);
}

void VirtualMachine::describe(struct vm_info& info)
{
  VmInfo figures = {};
  const bool is_there = withHandle([&](Vm* vm) { ::vm_info(vm, &figures); });
  const State now = state();
  if (!is_there && isOver(now))
    figures = last_info_;
  info = {};
  info.id = id_;
  info.state = now;
  info.flags = now == RUNNING && figures.halted_for_good ? vm_flag_halted_for_good : 0;
  info.exit_code = isOver(now) ? exit_code_ : 0;
  info.memory = figures.memory_bytes;
  info.held = figures.frame_bytes;
  info.exits = figures.exits;
  info.interrupts = figures.interrupts;
  kstrlcpy(info.name, name_.c_str(), sizeof(info.name));
}

/// The thread that works there is this one, and opens nothing any more.
void VirtualMachine::leaveWorkingDir()
{
  currentThread->setWorkingDirInfo(nullptr);
  delete working_dir_;
  working_dir_ = nullptr;
}

VirtualMachine::State VirtualMachine::state() const
{
  ScopeLock lock(state_lock_);
  return state_;
}

void VirtualMachine::enter(State state)
{
  if (state > RUNNING)
    leaveWorkingDir();
  ScopeLock lock(state_lock_);
  state_ = state;
  state_changed_.broadcast();
}

VirtualMachine::State VirtualMachine::waitUntilStarted()
{
  ScopeLock lock(state_lock_);
  while (state_ == STARTING)
    state_changed_.wait();
  return state_;
}

void VirtualMachine::waitUntilOver()
{
  ScopeLock lock(state_lock_);
  while (!isOver(state_))
    state_changed_.wait();
}

void VirtualMachine::attach()
{
  ScopeLock lock(state_lock_);
  attached_ = true;
}

VirtualMachine::State VirtualMachine::waitWhileAttached()
{
  ScopeLock lock(state_lock_);
  while (attached_ && !isOver(state_))
    state_changed_.wait();
  attached_ = false;
  return state_;
}

void VirtualMachine::detach()
{
  ScopeLock lock(state_lock_);
  attached_ = false;
  state_changed_.broadcast();
}

void VirtualMachine::stop()
{
  withHandle([](Vm* vm) { vm_stop(vm); });
  event_.notify();
}

void VirtualMachine::reset()
{
  withHandle([](Vm* vm) { vm_reset(vm); });
  event_.notify();
}

void VirtualMachine::refuse(uint32 which)
{
  withHandle([=](Vm* vm) { (void)vm_refuse(vm, which); });
  event_.notify();
}

void VirtualMachine::requestCheck()
{
  withHandle([](Vm* vm) { vm_check(vm); });
  event_.notify();
}

void VirtualMachine::panic()
{
  withHandle([](Vm* vm) { vm_panic(vm); });
  event_.notify();
}

bool VirtualMachine::hasInputRoom()
{
  constexpr size_t LONGEST_KEY = 16; // bytes of it: two modifiers and a key, pressed and released, are ten
  size_t room = LONGEST_KEY;         // without a guest all has room: it goes nowhere
  withHandle([&](Vm* vm) { room = vm_input_room(vm); });
  return room >= LONGEST_KEY;
}

void VirtualMachine::input(uint8 byte)
{
  const bool serial = console_kind_ == VM_CONSOLE_SERIAL;
  // What has no room is lost, as on a PC.
  withHandle([=](Vm* vm) { (void)(serial ? vm_serial_input(vm, byte) : vm_key(vm, byte)); });
  event_.notify();
}
