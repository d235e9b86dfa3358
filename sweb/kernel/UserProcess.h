#pragma once

#include "FileDescriptorList.h"
#include "Thread.h"
#include "types.h"

class Loader;
class ProgramArguments;
class Terminal;

/// Tells the registry that nothing of a process is left, stack included, when it is destroyed: so it has to be the
/// first base of UserProcess, which is destroyed last.
class ProcessEndNotice
{
public:
  ProcessEndNotice() = default;
  ~ProcessEndNotice();
  ProcessEndNotice(const ProcessEndNotice&) = delete;
  ProcessEndNotice& operator=(const ProcessEndNotice&) = delete;

protected:
  size_t registered_pid_ = 0; ///< 0: the registry does not know the process
  int64 exit_code_ = 0;
};

/// A running program: a thread that lives in user mode, its memory, its open files and its exit code.
///
/// Made by ProcessRegistry::createProcess(). The cleanup thread destroys it after it has ended, which closes its files,
/// frees its memory and tells the registry.
class UserProcess : private ProcessEndNotice, public Thread
{
public:
  /// Exit codes the kernel gives to a process it ends.
  static constexpr int64 EXIT_CPU_EXCEPTION = 888;
  static constexpr int64 EXIT_BAD_ACCESS = 9999;
  static constexpr int64 EXIT_INTERRUPTED = 130; ///< Ctrl-C; this and the next are what Unix shells show
  static constexpr int64 EXIT_KILLED = 137;

  static constexpr size_t MAX_OPEN_FILES = 64;

  /// Loads the program at `path`. Returns 0 and a process that is not yet known to registry or scheduler; or a negative
  /// error: whatever opening the file gave, -ENOEXEC, -EIO, -ENOMEM.
  [[nodiscard]] static int64 create(const char* path, const ProgramArguments& arguments,
                                    const FileSystemInfo& working_dir, Terminal* terminal, UserProcess*& created);

  ~UserProcess() override;

  /// User threads never run in the kernel.
  void Run() override;

  /// The process of the running thread; null for kernel threads.
  [[nodiscard]] static UserProcess* current();

  /// Ends the calling process. Must be called on its own thread, without locks.
  [[noreturn]] void exit(int64 code);

  /// Ends the calling process for something it did: `why`, printf-like, appears on its terminal behind its name.
  [[noreturn]] void endWith(int64 code, const char* why, ...) __attribute__((format(printf, 3, 4)));

  [[nodiscard]] size_t getPid() const { return getTID(); }
  [[nodiscard]] FileDescriptorList& descriptors() { return descriptors_; }

private:
  friend class ProcessRegistry;

  UserProcess(FileSystemInfo* working_dir, const char* name, Terminal* terminal);

  [[nodiscard]] int64 load(const char* path, const ProgramArguments& arguments);

  FileDescriptorList descriptors_;
};
