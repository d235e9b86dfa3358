#pragma once

#include "ATARegisters.h"
#include "Mutex.h"
#include "Notification.h"

/**
 * One cable with up to two drives: the registers, the interrupt, and the waiting. Every wait is bounded by time. It
 * polls first, and then, unless the system boots (no threads, interrupts off), sleeps until the interrupt. Only for
 * that the drives' interrupts are switched on: what answers fast causes none, nor the exits that an interrupt costs a
 * guest.
 */
class ATAChannel
{
public:
  ATAChannel(uint16 command_port, uint16 control_port);
  ATAChannel(const ATAChannel&) = delete;
  ATAChannel& operator=(const ATAChannel&) = delete;

  /// Held for a whole command; all functions below except serviceIrq want it.
  Mutex lock_;

  /// Interrupt handler: takes the drive's interrupt back and wakes who waits. Nobody waiting is no harm.
  void serviceIrq();
  /// The drives' interrupts stay off but for who sleeps. Before anything else.
  void disableInterrupts();

  /// Selects a drive and waits until it can take a command.
  bool select(uint8 device, uint64 timeout_ns);
  /// Selects without caring for the answer, for detection; returns the status.
  uint8 probe(uint8 device);

  uint8 read(uint16 offset) const;
  void write(uint16 offset, uint8 value);
  void command(ata::Command command);

  /// What became of the drive's work.
  enum class Outcome : uint8
  {
    READY, ///< not busy; data can be transferred, if that was waited for
    ERROR,
    TIMEOUT
  };
  /// Waits until the drive is not busy any more and, if `data` is set, wants to transfer.
  Outcome wait(bool data, uint64 timeout_ns);
  /// Lets the 400 ns pass after which the status tells of a command, a selection, or the end of a block.
  void settle() const;

  void readData(void* buffer, size_t sectors);
  void writeData(const void* buffer, size_t sectors);

  /// Resets both drives; they forget SET MULTIPLE MODE. False if they stay busy.
  bool softwareReset();
  /// How often softwareReset was called.
  uint32 numberOfResets() const { return number_of_resets_; }

private:
  static constexpr uint64 SPIN_NS = 20'000;               ///< fast answers are not worth a thread switch
  static constexpr uint64 LOST_INTERRUPT_NS = 50'000'000; ///< look at the status at least this often
  static constexpr uint64 RESET_TIMEOUT_NS = 5'000'000'000;

  uint8 alternateStatus() const;
  Outcome poll(bool data, uint64 timeout_ns);
  void enableInterrupts();
  bool interruptsEnabled() const { return !(control_ & ata::CONTROL_NO_INTERRUPTS); }
  static bool maySleep();
  static void delay(uint64 duration_ns);

  const uint16 command_port_;
  const uint16 control_port_;
  uint8 control_ = ata::CONTROL_NO_INTERRUPTS;
  uint8 selected_ = 0; ///< DEVICE_SECOND if the second drive is selected
  bool idle_ = false;  ///< the selected drive was seen not to be busy, and has got no command since
  uint32 number_of_resets_ = 0;
  Notification interrupt_;
};
