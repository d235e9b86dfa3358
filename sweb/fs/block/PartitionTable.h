#pragma once

#include "types.h"
#include "uvector.h"

/// Finds partitions in the Master Boot Record and in the chain of extended boot records behind it.
namespace PartitionTable
{

struct Partition
{
  uint64 first_sector;
  uint64 num_sectors;
  uint8 type;
};

/// Reads one sector of 512 bytes of the drive; 0 or -E....
class SectorReader
{
public:
  virtual int64 readSector(uint64 sector, uint8* buffer) = 0;

protected:
  ~SectorReader() = default;
};

/// All partitions in order: primary ones by their slot, then the logical ones. Entries that are empty or reach beyond
/// the drive are left out. Returns 0 (also for a drive without a table) or the error of reading the first sector.
int64 read(SectorReader& reader, uint64 drive_sectors, ustl::vector<Partition>& partitions);

} // namespace PartitionTable
