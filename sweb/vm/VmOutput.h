#pragma once

#include "RefPtr.h"
#include "RingBuffer.h"
#include "types.h"

class File;
class Terminal;
struct FileStat;

/**
 * Where the bytes go that a guest sends out of its serial port and its debug port: to a log file, and what comes from
 * the serial port also to the VM's terminal, if that is the guest's console.
 *
 * The hypervisor delivers bytes with interrupts disabled, where neither files nor terminals may be touched. So they
 * wait here until the vCPU's thread, the only one that uses this class, is back in the kernel.
 */
class VmOutput
{
public:
  VmOutput();
  ~VmOutput();

  /// False if there was no memory; then all output is lost.
  [[nodiscard]] bool isUsable() const { return waiting_.isValid(); }

  /// Opens the log file, or creates it. Nobody else may write it meanwhile. 0 or -E..., and which file it is.
  [[nodiscard]] int64 openLog(const char* path, FileStat& stat);
  /// Begins it, empty, once it is known to be nobody's image. 0 or -E....
  [[nodiscard]] int64 beginLog();

  /// Sends serial output to `terminal` as well; null stops that.
  void showSerialOn(Terminal* terminal) { serial_terminal_ = terminal; }

  /// Takes bytes of one of VM_STREAM_*. Any context. False when it is time to drain(): what does not fit is counted and
  /// reported in the log.
  [[nodiscard]] bool put(uint32 stream, const uint8* bytes, size_t length);

  /// 0 as long as the log is complete, else the -E... with which it ended. Any thread.
  int64 logError() const { return log_error_; }

  /// Passes on what waits. To keep the disk quiet, the log gets its part in larger pieces, or when `all` is set.
  void drain(bool all);

  /// Passes on the rest and gives back buffer and log file: a VM that is over is remembered for a while.
  void close();

private:
  static constexpr size_t CAPACITY = 2048;
  static constexpr size_t LOG_PIECE = 4096;

  void appendToLog(char byte);
  void writeLog();
  void reportLoss();

  RingBuffer<uint16> waiting_; ///< stream in the high byte
  RefPtr<File> log_;
  volatile int64 log_error_ = 0;
  Terminal* serial_terminal_ = nullptr;
  char* piece_ = nullptr; ///< LOG_PIECE bytes, for who has a log
  size_t piece_length_ = 0;
  size_t losses_reported_ = 0;
};
