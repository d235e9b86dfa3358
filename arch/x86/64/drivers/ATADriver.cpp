#include "ATADriver.h"
#include "ScopeLock.h"
#include "debug.h"
#include "errno.h"
#include "ualgorithm.h"

using Outcome = ATAChannel::Outcome;

ATADriver* ATADriver::detect(ATAChannel& channel, bool second)
{
  auto* driver = new ATADriver(channel, second);
  if (isPresent(channel, driver->deviceBits()) && driver->identify())
    return driver;
  delete driver;
  return nullptr;
}

bool ATADriver::isPresent(ATAChannel& channel, uint8 device)
{
  const uint8 status = channel.probe(device);
  if (status == ata::STATUS_FLOATING_BUS || status == ata::STATUS_NO_DRIVE)
    return false;
  // A drive's registers remember what is written to them.
  channel.write(ata::SECTOR_COUNT, 0x55);
  channel.write(ata::LBA_LOW, 0xAA);
  return channel.read(ata::SECTOR_COUNT) == 0x55 && channel.read(ata::LBA_LOW) == 0xAA;
}

bool ATADriver::identify()
{
  if (!channel_.select(deviceBits(), IDENTIFY_TIMEOUT_NS))
    return false;
  for (uint16 offset = ata::SECTOR_COUNT; offset <= ata::LBA_HIGH; ++offset)
    channel_.write(offset, 0);
  channel_.command(ata::Command::IDENTIFY_DEVICE);
  // A CD drive refuses with an error.
  if (channel_.probe(deviceBits()) == ata::STATUS_NO_DRIVE ||
      channel_.wait(true, IDENTIFY_TIMEOUT_NS) != Outcome::READY)
    return false;
  uint16 identification[ata::WORDS_PER_SECTOR];
  channel_.readData(identification, 1);
  (void)channel_.read(ata::STATUS);
  understand(identification);
  if (num_sectors_ == 0)
  {
    debug(MAIN, "disk %s knows no LBA; it is left alone\n", model_.c_str());
    return false;
  }
  if (sectors_per_block_ > 1 && setMultipleMode() != Outcome::READY)
    sectors_per_block_ = 1;
  return true;
}

/// See "IDENTIFY DEVICE", the table of words.
void ATADriver::understand(const uint16* words)
{
  for (size_t word = 27; word < 47; ++word) // the model's characters, each pair swapped
  {
    model_ += static_cast<char>(words[word] >> 8);
    model_ += static_cast<char>(words[word] & 0xFF);
  }
  while (!model_.empty() && (model_.back() == ' ' || model_.back() == '\0'))
    model_.pop_back();

  const bool has_lba = words[49] & (1u << 9);
  const bool word_83_valid = (words[83] & 0xC000) == 0x4000;
  has_lba48_ = word_83_valid && (words[83] & (1u << 10));
  has_flush_ = word_83_valid && (words[83] & (1u << 12));
  has_flush_ext_ = word_83_valid && has_lba48_ && (words[83] & (1u << 13));
  const size_t offered = words[47] & 0xFF;
  sectors_per_block_ = offered > 1 ? offered : 1;
  num_sectors_ = has_lba ? words[60] | static_cast<uint64>(words[61]) << 16 : 0;
  if (has_lba48_)
  {
    uint64 sectors = 0;
    for (size_t i = 0; i < 4; ++i)
      sectors |= static_cast<uint64>(words[100 + i]) << (16 * i);
    num_sectors_ = ustl::max(num_sectors_, sectors);
  }
}

int64 ATADriver::execute(const BDRequest& request)
{
  ScopeLock lock(channel_.lock_);
  if (request.command == BDRequest::Command::FLUSH)
    return withReset([this] { return flush(); });
  if (request.start_sector > num_sectors_ || request.num_sectors > num_sectors_ - request.start_sector)
    return -EINVAL;
  const bool write = request.command == BDRequest::Command::WRITE;
  auto* buffer = static_cast<uint8*>(request.buffer);
  for (size_t done = 0; done < request.num_sectors;)
  {
    const size_t count = ustl::min(request.num_sectors - done, MAX_SECTORS_PER_COMMAND);
    const int64 error = withReset(
        [&] { return transfer(write, request.start_sector + done, count, buffer + done * ata::SECTOR_SIZE); });
    if (error != 0)
      return error;
    done += count;
  }
  return 0;
}

template <class Attempt> int64 ATADriver::withReset(Attempt attempt)
{
  Outcome outcome = attempt();
  if (outcome == Outcome::TIMEOUT && channel_.softwareReset())
    outcome = attempt();
  return outcome == Outcome::READY ? 0 : -EIO;
}

Outcome ATADriver::transfer(bool write, uint64 sector, size_t count, uint8* buffer)
{
  if (sectors_per_block_ > 1 && configured_after_reset_ != channel_.numberOfResets() &&
      setMultipleMode() != Outcome::READY)
    sectors_per_block_ = 1;
  bool lba48 = false;
  Outcome outcome = Outcome::TIMEOUT;
  if (writeAddress(sector, count, lba48))
  {
    channel_.command(transferCommand(write, lba48));
    outcome = moveData(write, count, buffer);
  }
  if (outcome != Outcome::READY)
    report(write ? "writing" : "reading", sector, outcome);
  return outcome;
}

bool ATADriver::writeAddress(uint64 sector, size_t count, bool& lba48)
{
  lba48 = sector + count > LBA28_SECTORS;
  const uint8 high_bits = lba48 ? 0 : static_cast<uint8>(sector >> 24 & 0x0F);
  if (!channel_.select(deviceBits() | ata::DEVICE_LBA | high_bits, TRANSFER_TIMEOUT_NS))
    return false;
  if (lba48) // each register is two deep; the high halves go in first
  {
    channel_.write(ata::SECTOR_COUNT, static_cast<uint8>(count >> 8));
    channel_.write(ata::LBA_LOW, static_cast<uint8>(sector >> 24));
    channel_.write(ata::LBA_MID, static_cast<uint8>(sector >> 32));
    channel_.write(ata::LBA_HIGH, static_cast<uint8>(sector >> 40));
  }
  channel_.write(ata::SECTOR_COUNT, static_cast<uint8>(count));
  channel_.write(ata::LBA_LOW, static_cast<uint8>(sector));
  channel_.write(ata::LBA_MID, static_cast<uint8>(sector >> 8));
  channel_.write(ata::LBA_HIGH, static_cast<uint8>(sector >> 16));
  return true;
}

ata::Command ATADriver::transferCommand(bool write, bool lba48) const
{
  using ata::Command;
  if (sectors_per_block_ > 1)
  {
    if (write)
      return lba48 ? Command::WRITE_MULTIPLE_EXT : Command::WRITE_MULTIPLE;
    return lba48 ? Command::READ_MULTIPLE_EXT : Command::READ_MULTIPLE;
  }
  if (write)
    return lba48 ? Command::WRITE_SECTORS_EXT : Command::WRITE_SECTORS;
  return lba48 ? Command::READ_SECTORS_EXT : Command::READ_SECTORS;
}

Outcome ATADriver::moveData(bool write, size_t count, uint8* buffer)
{
  for (size_t done = 0; done < count;)
  {
    const Outcome outcome = channel_.wait(true, TRANSFER_TIMEOUT_NS);
    if (outcome != Outcome::READY)
      return outcome;
    const size_t block = ustl::min(count - done, sectors_per_block_);
    if (write)
      channel_.writeData(buffer + done * ata::SECTOR_SIZE, block);
    else
      channel_.readData(buffer + done * ata::SECTOR_SIZE, block);
    done += block;
    channel_.settle(); // the drive becomes busy again, which has to show
  }
  // Only now the drive knows whether it could write the last block.
  return channel_.wait(false, TRANSFER_TIMEOUT_NS);
}

Outcome ATADriver::flush()
{
  if (!has_flush_ && !has_flush_ext_)
    return Outcome::READY; // such a drive writes at once
  Outcome outcome = Outcome::TIMEOUT;
  if (channel_.select(deviceBits(), TRANSFER_TIMEOUT_NS))
  {
    channel_.command(has_flush_ext_ ? ata::Command::FLUSH_CACHE_EXT : ata::Command::FLUSH_CACHE);
    outcome = channel_.wait(false, FLUSH_TIMEOUT_NS);
  }
  if (outcome != Outcome::READY)
    report("flushing", 0, outcome);
  return outcome;
}

Outcome ATADriver::setMultipleMode()
{
  if (!channel_.select(deviceBits(), TRANSFER_TIMEOUT_NS))
    return Outcome::TIMEOUT;
  channel_.write(ata::SECTOR_COUNT, static_cast<uint8>(sectors_per_block_));
  channel_.command(ata::Command::SET_MULTIPLE_MODE);
  const Outcome outcome = channel_.wait(false, IDENTIFY_TIMEOUT_NS);
  configured_after_reset_ = channel_.numberOfResets();
  return outcome;
}

void ATADriver::report(const char* what, uint64 sector, Outcome outcome) const
{
  debug(MAIN, "disk %s: %s sector %lu failed: %s, error register 0x%x\n", model_.c_str(), what, sector,
        outcome == Outcome::TIMEOUT ? "no answer" : "error", channel_.read(ata::ERROR));
}
