#pragma once

#include "ATAChannel.h"
#include "BDDriver.h"
#include "ustring.h"

/**
 * An ATA disk: programmed I/O with interrupts, LBA of 28 or 48 bits, several sectors per interrupt when the drive can.
 * Requests of all threads queue at the channel's lock; what is being transferred belongs to the thread that
 * holds it, so a request that fails or times out leaves nothing behind.
 */
class ATADriver : public BDDriver
{
public:
  /// Looks for a drive (`second`: the cable's second one). Null if there is none, or none that this driver can use; an
  /// absent one costs a few port accesses. While the system boots only.
  static ATADriver* detect(ATAChannel& channel, bool second);

  int64 execute(const BDRequest& request) override;
  uint64 getNumSectors() const override { return num_sectors_; }
  const ustl::string& getModel() const { return model_; }

private:
  static constexpr uint64 IDENTIFY_TIMEOUT_NS = 1'000'000'000;
  static constexpr uint64 TRANSFER_TIMEOUT_NS = 10'000'000'000; ///< a drive that sleeps may have to spin up
  static constexpr uint64 FLUSH_TIMEOUT_NS = 30'000'000'000;
  static constexpr size_t MAX_SECTORS_PER_COMMAND = 256; ///< a count of 0 means 256 in the 28-bit commands
  static constexpr uint64 LBA28_SECTORS = 1UL << 28;

  ATADriver(ATAChannel& channel, bool second) : channel_(channel), second_(second) {}

  static bool isPresent(ATAChannel& channel, uint8 device);
  bool identify();
  void understand(const uint16* identification);

  // Channel lock held.

  /// Tries `attempt` and, if the drive did not answer, resets it and tries once more. 0 or -EIO.
  template <class Attempt> int64 withReset(Attempt attempt);
  ATAChannel::Outcome transfer(bool write, uint64 sector, size_t count, uint8* buffer);
  ATAChannel::Outcome moveData(bool write, size_t count, uint8* buffer);
  ATAChannel::Outcome flush();
  ATAChannel::Outcome setMultipleMode();
  /// Addresses `count` sectors from `sector` and says whether that takes a 48-bit command.
  bool writeAddress(uint64 sector, size_t count, bool& lba48);
  ata::Command transferCommand(bool write, bool lba48) const;
  void report(const char* what, uint64 sector, ATAChannel::Outcome outcome) const;
  uint8 deviceBits() const { return ata::DEVICE_ALWAYS_SET | (second_ ? ata::DEVICE_SECOND : 0); }

  ATAChannel& channel_;
  const bool second_;
  bool has_lba48_ = false;
  bool has_flush_ = false;
  bool has_flush_ext_ = false;
  size_t sectors_per_block_ = 1; ///< of READ and WRITE MULTIPLE; 1: not offered
  uint32 configured_after_reset_ = 0;
  uint64 num_sectors_ = 0;
  ustl::string model_;
};
