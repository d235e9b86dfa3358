#pragma once

#include "types.h"
#include "ustring.h"

class BDDriver;

/**
 * A disk or a partition: a window of sectors on a driver. Offsets and sizes are in bytes and need no alignment;
 * whole sectors are transferred directly, partial ones are read, changed and written back.
 * Thread context, interrupts enabled. No cache: what writeData returned for has reached the drive, and flush makes the
 * drive empty its own.
 */
class BDVirtualDevice
{
public:
  /// Does not take the driver over. `partition_type` is the MBR's type byte, 0 for a whole disk.
  BDVirtualDevice(BDDriver* driver, uint64 first_sector, uint64 num_sectors, const ustl::string& name,
                  uint8 partition_type = 0);

  /// Bytes transferred (fewer at the end of the device, 0 behind it; writing there is -ENOSPC), or -EIO.
  ssize_t readData(uint64 offset, size_t size, void* buffer);
  ssize_t writeData(uint64 offset, size_t size, const void* buffer);
  int64 flush();

  const ustl::string& getName() const { return name_; }
  uint64 getSize() const;
  uint64 getFirstSector() const { return first_sector_; }
  uint64 getNumSectors() const { return num_sectors_; }
  uint32 getSectorSize() const { return sector_size_; }
  uint8 getPartitionType() const { return partition_type_; }
  BDDriver* getDriver() const { return driver_; }
  /// True if a sector belongs to both: a disk overlaps its partitions.
  bool overlaps(const BDVirtualDevice& other) const;

private:
  friend class BDManager; // counts the users

  static constexpr size_t MAX_SECTOR_SIZE = 512;

  /// One transfer of whole sectors, relative to this device.
  int64 transferSectors(bool write, uint64 sector, size_t count, void* buffer);
  ssize_t transfer(bool write, uint64 offset, size_t size, char* buffer);
  int64 transferPartial(bool write, uint64 sector, size_t begin, size_t size, char* buffer);

  BDDriver* driver_;
  uint64 first_sector_;
  uint64 num_sectors_;
  uint32 sector_size_;
  uint8 partition_type_;
  ustl::string name_;
  uint32 writers_ = 0;   ///< opened for writing by that many
  uint32 exclusive_ = 0; ///< mounted, or opened exclusively
};
