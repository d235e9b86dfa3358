#pragma once

#include "FileDescriptorList.h"
#include "Thread.h"
#include "types.h"

class Loader;
class ProgramArguments;
class Terminal;

/// A running program: a thread that lives in user mode, its memory, its open files and its exit code.
///
/// Made by ProcessRegistry::createProcess(). The cleanup thread destroys it after it has ended, which closes its files,
/// frees its memory and tells the registry.
class UserProcess : public Thread
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
  int64 exit_code_ = EXIT_KILLED; ///< until it says otherwise
  bool registered_ = false;       ///< the registry wants to know about the end
};
