#include "BDVirtualDevice.h"
#include "BDDriver.h"
#include "assert.h"
#include "errno.h"
#include "kstring.h"
#include "ualgorithm.h"

BDVirtualDevice::BDVirtualDevice(BDDriver* driver, uint64 first_sector, uint64 num_sectors, const ustl::string& name,
                                 uint8 partition_type)
    : driver_(driver), first_sector_(first_sector), num_sectors_(num_sectors), sector_size_(driver->getSectorSize()),
      partition_type_(partition_type), name_(name)
{
  assert(first_sector + num_sectors <= driver->getNumSectors() && "PartitionTable leaves out what is not on the drive");
}

uint64 BDVirtualDevice::getSize() const
{
  return num_sectors_ * sector_size_;
}

bool BDVirtualDevice::overlaps(const BDVirtualDevice& other) const
{
  return driver_ == other.driver_ && first_sector_ < other.first_sector_ + other.num_sectors_ &&
         other.first_sector_ < first_sector_ + num_sectors_;
}

ssize_t BDVirtualDevice::readData(uint64 offset, size_t size, void* buffer)
{
  return transfer(false, offset, size, static_cast<char*>(buffer));
}

ssize_t BDVirtualDevice::writeData(uint64 offset, size_t size, const void* buffer)
{
  if (offset >= getSize() && size > 0)
    return -ENOSPC;
  return transfer(true, offset, size, static_cast<char*>(const_cast<void*>(buffer)));
}

int64 BDVirtualDevice::flush()
{
  return driver_->execute({.command = BDRequest::Command::FLUSH});
}

ssize_t BDVirtualDevice::transfer(bool write, uint64 offset, size_t size, char* buffer)
{
  if (offset >= getSize())
    return 0;
  size = ustl::min<uint64>(size, getSize() - offset);
  for (size_t done = 0; done < size;)
  {
    uint64 sector = (offset + done) / sector_size_;
    size_t begin = (offset + done) % sector_size_;
    size_t whole = (size - done) / sector_size_;
    size_t part = begin == 0 && whole > 0 ? whole * sector_size_ : ustl::min<size_t>(size - done, sector_size_ - begin);
    int64 error = begin == 0 && whole > 0 ? transferSectors(write, sector, whole, buffer + done)
                                          : transferPartial(write, sector, begin, part, buffer + done);
    if (error != 0)
      return error;
    done += part;
  }
  return size;
}

int64 BDVirtualDevice::transferSectors(bool write, uint64 sector, size_t count, void* buffer)
{
  return driver_->execute({.command = write ? BDRequest::Command::WRITE : BDRequest::Command::READ,
                           .start_sector = first_sector_ + sector,
                           .num_sectors = count,
                           .buffer = buffer});
}

int64 BDVirtualDevice::transferPartial(bool write, uint64 sector, size_t begin, size_t size, char* buffer)
{
  char bounce[MAX_SECTOR_SIZE];
  int64 error = transferSectors(false, sector, 1, bounce);
  if (error != 0)
    return error;
  if (!write)
  {
    memcpy(buffer, bounce + begin, size);
    return 0;
  }
  memcpy(bounce + begin, buffer, size);
  return transferSectors(true, sector, 1, bounce);
}
