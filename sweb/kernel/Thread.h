#pragma once

#include "CpuCredit.h"
#include "KernelStack.h"
#include "MemoryReservation.h"
#include "ThreadQueue.h"
#include "types.h"

class FileSystemInfo;
class Loader;
class Lock;
class Terminal;
class VcpuThread;
struct ArchThreadRegisters;

/// A flow of control with its own kernel stack. The scheduler owns it from addNewThread() on; the cleanup thread
/// deletes it when it has ended.
class Thread
{
public:
  enum Type
  {
    KERNEL_THREAD, ///< lives in the kernel, starts in Run()
    USER_THREAD    ///< starts in user mode; its creator sets loader_, user_registers_ and switch_to_userspace_
  };

  enum State
  {
    Running,      ///< on the CPU or ready for it
    Sleeping,     ///< waits for a lock, a notification, a time or wake()
    ToBeDestroyed ///< ended; never runs again
  };

  static constexpr size_t DEFAULT_STACK_PAGES = 4;
  static constexpr size_t MAX_NAME_LENGTH = 47;

  /// `name` is copied, and ends in a CutMark if it is longer than MAX_NAME_LENGTH. `working_dir` may be null.
  /// isUsable() tells whether there was memory.
  Thread(FileSystemInfo* working_dir, const char* name, Type type, size_t stack_pages = DEFAULT_STACK_PAGES);
  virtual ~Thread();
  Thread(const Thread&) = delete;
  Thread& operator=(const Thread&) = delete;

  /// What a kernel thread does; when it returns, the thread ends. Never called for a user thread.
  virtual void Run() = 0;

  /// True if stack and registers could be allocated. A thread that is not may only be deleted.
  [[nodiscard]] bool isUsable() const { return kernel_stack_.isValid() && kernel_registers_ != nullptr; }

  /// Ends the thread; its creator must not use it afterwards.
  ///
  /// The running thread ends at once (and must hold no lock). Another thread ends as soon as it holds nothing: a user
  /// thread when it next would return to user mode, a kernel thread when it looks at isKillPending() and returns from
  /// Run(). A thread in Scheduler::sleep() or Notification::waitUnlessKilled() is woken for that. Usable in interrupt
  /// handlers; does not use the heap.
  void kill();

  /// True if somebody asked this thread to end.
  [[nodiscard]] bool isKillPending() const { return kill_pending_; }

  [[nodiscard]] const char* getName() const { return name_; }
  [[nodiscard]] size_t getTID() const { return tid_; }
  [[nodiscard]] Type getType() const { return type_; }
  [[nodiscard]] State getState() const { return state_; }

  /// Changes the state; waking a sleeping thread (Running) may be done in interrupt handlers.
  void setState(State new_state);

  /// True if the scheduler may run it now.
  [[nodiscard]] bool schedulable() const { return state_ == Running; }

  /// Where the thread's output goes; null for the kernel's own threads, which leave that to kprintf.
  [[nodiscard]] Terminal* getTerminal() const { return terminal_; }
  void setTerminal(Terminal* terminal) { terminal_ = terminal; }

  [[nodiscard]] FileSystemInfo* getWorkingDirInfo() const { return working_dir_; }
  void setWorkingDirInfo(FileSystemInfo* working_dir) { working_dir_ = working_dir; }

  [[nodiscard]] const KernelStack& getKernelStack() const { return kernel_stack_; }

  /// Prints the call chain to the debug output: of the caller for the running thread, else of where the thread was
  /// left.
  void printBacktrace() const;

  /// This thread as the vCPU it is, or null.
  virtual VcpuThread* asVcpuThread() { return nullptr; }

  Loader* loader_ = nullptr; ///< a user thread's program; owned by its process

  ArchThreadRegisters* kernel_registers_ = nullptr;
  ArchThreadRegisters* user_registers_ = nullptr;

  /// Which register set the next switch to this thread restores: user (1) or kernel (0).
  uint32 switch_to_userspace_ = 0;

  /// The lock this thread waits for, and the locks it holds (linked through the locks); for the locks and their dumps.
  Lock* lock_waiting_on_ = nullptr;
  Lock* holding_lock_list_ = nullptr;

  ThreadReserve reserve_; ///< for MemoryReservation

private:
  friend class Scheduler;

  static void startHere();

  const size_t tid_;
  const Type type_;
  State state_ = Running;
  bool kill_pending_ = false;
  bool wake_pending_ = false; ///< wake() came before sleep()
  bool accepts_wake_ = false; ///< asleep where wake() and kill() may wake it
  bool timed_out_ = false;    ///< why the last timed sleep ended
  uint64 deadline_ns_ = ~0UL;
  CpuCredit credit_;
  ThreadLink all_link_{this};      ///< in the scheduler's list of all threads
  ThreadLink queue_link_{this};    ///< among the woken or the ready, in a lock's queue, or among the dead
  ThreadLink deadline_link_{this}; ///< among the timed sleepers
  KernelStack kernel_stack_;
  FileSystemInfo* working_dir_;
  Terminal* terminal_ = nullptr;
  char name_[MAX_NAME_LENGTH + 1];
};

/// The life of the system; locks do nothing unless it is RUNNING.
enum SystemState
{
  BOOTING,
  RUNNING,
  KPANIC
};
extern SystemState system_state;
