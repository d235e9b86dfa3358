#include "VirtualMachine.h"
#include "ArchThreads.h"
#include "FileSystemInfo.h"
#include "Thread.h"
#include "VmRegistry.h"
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

VirtualMachine::VirtualMachine(uint32 id, Source source, const FileSystemInfo& working_dir)
    : id_(id), source_(ustl::move(source)), working_dir_(new (std::nothrow) FileSystemInfo(working_dir)),
      handle_lock_("VirtualMachine::handle_lock_"), console_(*this), state_lock_("VirtualMachine::state_lock_"),
      state_changed_(&state_lock_, "VirtualMachine::state_changed_")
{
}

VirtualMachine::~VirtualMachine()
{
  delete working_dir_;
}

bool VirtualMachine::powerOn()
{
  if (!describe())
    return false;
  if (const ustl::string problem = VmRegistry::instance()->enter(*this); !problem.empty())
  {
    refuseStart(problem.c_str());
    return false;
  }
  if (!build() || !openLog())
  {
    VmRegistry::instance()->leave(*this);
    enter(REFUSED);
    return false;
  }
  console_.powerOn(console_kind_ == VM_CONSOLE_SERIAL);
  return true;
}

VmSource VirtualMachine::source() const
{
  const auto bytes = [](const ustl::string& text) { return reinterpret_cast<const uint8*>(text.c_str()); };
  return {bytes(source_.text),    source_.text.size(), bytes(source_.options),
          source_.options.size(), bytes(source_.name), source_.name.size()};
}

bool VirtualMachine::describe()
{
  const VmSource text = source();
  VmDescription description;
  char message[MESSAGE_SIZE] = "";
  if (vmx_enable(message, sizeof(message)) != 0 || vm_describe(&text, &description, message, sizeof(message)) != 0)
  {
    refuseStart(message);
    return false;
  }
  name_ = description.name;
  log_path_ = description.log;
  console_kind_ = description.console;
  return true;
}

bool VirtualMachine::build()
{
  const VmSource text = source();
  char message[MESSAGE_SIZE] = "";
  Vm* vm = vm_create(&text, reinterpret_cast<size_t>(this), message, sizeof(message));
  if (!vm)
  {
    report_ = message;
    return false;
  }
  {
    ScopeLock lock(handle_lock_);
    handle_ = vm;
  }
  if (stop_wanted_)
    vm_stop(vm); // stop() may have come too early for that
  return true;
}

bool VirtualMachine::openLog()
{
  if (log_path_.empty())
    return true;
  FileStat stat;
  ustl::string user;
  int64 result = output_.openLog(log_path_.c_str(), stat);
  if (result == 0)
    user = VmRegistry::instance()->userOf(stat);
  if (result == 0 && user.empty())
    result = output_.beginLog();
  if (result == 0 && user.empty())
    return true;

  char message[MESSAGE_SIZE];
  if (user.empty())
    ksnprintf(message, sizeof(message), "cannot write the log file %s: %s; choose another with --log",
              log_path_.c_str(), errorText(result));
  else
    ksnprintf(message, sizeof(message), "the log file %s is an image or a disk of %s; choose another with --log",
              log_path_.c_str(), user.c_str());
  report_ = message;
  destroy();
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

  keepResults(run);
  destroy();
  enter(run.reason == VM_RUN_POWERED_OFF ? POWERED_OFF : run.reason == VM_RUN_STOPPED ? KILLED : FAILED);
  VmRegistry::instance()->forgetOldest();
  debug(VM, "%s (%u) is over%s%s\n", name_.c_str(), id_, report_.empty() ? "" : ": ", report_.c_str());
}

void VirtualMachine::keepResults(const VmRun& run)
{
  const auto write_report = [this](char* text, size_t capacity) { return vm_report(handle_, text, capacity); };
  if (fetchVmText(report_, write_report) < 0)
    report_ = "it failed, and the host has no memory for the report\n";
  report_ += logTrouble();
  const auto write_statistics = [this](char* text, size_t capacity) { return vm_statistics(handle_, text, capacity); };
  (void)fetchVmText(statistics_, write_statistics); // empty, it says that there was no memory
  exit_code_ = run.reason == VM_RUN_POWERED_OFF ? run.exit_code : 0;
  vm_info(handle_, &last_info_);
  last_info_.frame_bytes = 0; // destroy() gives them back
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

void VirtualMachine::noteFile(const FileStat& stat)
{
  const FileId id = {stat.device, stat.inode_number};
  ScopeLock lock(handle_lock_);
  if (ustl::find(files_.begin(), files_.end(), id) == files_.end())
    files_.push_back(id);
}

bool VirtualMachine::hasFile(const FileStat& stat) const
{
  if (isOver())
    return false;
  const FileId id = {stat.device, stat.inode_number};
  ScopeLock lock(handle_lock_);
  return ustl::find(files_.begin(), files_.end(), id) != files_.end();
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
  if (now == RUNNING)
    info.flags = (figures.halted_for_good ? vm_flag_halted_for_good : 0) |
                 (figures.waits_for_nothing ? vm_flag_waits_for_nothing : 0);
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
  stop_wanted_ = true;
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
