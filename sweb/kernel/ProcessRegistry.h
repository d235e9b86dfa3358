#pragma once

#include "Condition.h"
#include "Mutex.h"
#include "Thread.h"
#include "types.h"
#include "uvector.h"

class FileSystemInfo;
class ProgramArguments;
class Terminal;
class UserProcess;

/// Knows all processes: starts the first ones, lets others wait for them, and ends the system when none is left.
class ProcessRegistry : public Thread
{
public:
  [[nodiscard]] static ProcessRegistry* instance() { return instance_; }

  /// Created once by the kernel's startup, which then hands it to the scheduler.
  explicit ProcessRegistry(FileSystemInfo* root_directory);

  /// Mounts /usr and /dev, starts user_progs and waits for the end.
  void Run() override;

  /// Starts the program at `path` with this terminal and a copy of this working directory. Returns its process id, or a
  /// negative error of UserProcess::create(). With `awaited`, the exit code is kept until waitForProcess() asks for it.
  [[nodiscard]] int64 createProcess(const char* path, const ProgramArguments& arguments,
                                    const FileSystemInfo& working_dir, Terminal* terminal, bool awaited);

  /// Sleeps until the process has ended, and takes its exit code. For processes created as awaited; one waiter each.
  /// Returns 0 or -ESRCH.
  [[nodiscard]] int64 waitForProcess(size_t pid, int64& exit_code);

  /// For a process that is being destroyed: from now on nobody may touch it; and all it had is free again.
  void processEnds(size_t pid);
  void processGone(size_t pid, int64 exit_code);

  [[nodiscard]] size_t processCount();

  /// Ends the program somebody waits for on this terminal, the latest if there are several. False if there is none.
  bool interruptForeground(const Terminal& terminal);

  /// Ends all processes, unmounts everything, and then acts as `how` (reboot_... of syscall-definitions.h) says.
  /// Returns at once: 0, or -EINVAL.
  [[nodiscard]] int64 requestShutdown(size_t how);

  /// Writes one line per process into `buffer`, with a CutMark in the place of what does not fit; returns the length of
  /// the whole text.
  size_t listProcesses(char* buffer, size_t size);

private:
  /// A process that runs, or one that has ended and whose exit code somebody will ask for.
  struct Record
  {
    size_t pid;
    UserProcess* process; ///< null from the beginning of its end on
    bool awaited;
    bool gone;
    int64 exit_code; ///< once gone
  };

  /// False if there is no /usr to start programs from; the user has been told.
  [[nodiscard]] bool mountFileSystems();
  void startFirstPrograms();
  void waitForEnd();
  void killAll();
  void reportLeaks() const;
  [[nodiscard]] Record* find(size_t pid);

  static ProcessRegistry* instance_;

  Mutex lock_;        ///< guards all below
  Condition changed_; ///< a process has ended, or a shutdown was requested
  ustl::vector<Record> records_;
  size_t running_ = 0;
  bool shutdown_requested_ = false;
  size_t shutdown_how_ = 0;
  size_t pages_at_start_ = 0; ///< free, or with the heap, which keeps some for reuse
};
