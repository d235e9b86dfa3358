#include "PartitionTable.h"
#include "kstring.h"

namespace PartitionTable
{

namespace
{

constexpr size_t SECTOR_SIZE = 512;
constexpr size_t TABLE_OFFSET = 446;
constexpr size_t NUMBER_OF_ENTRIES = 4;
/// A damaged chain of extended boot records may be a circle; no sane disk has more logical partitions.
constexpr size_t MAX_LOGICAL_PARTITIONS = 60;

/// One entry of the table, little endian on the disk as in memory.
struct Entry
{
  uint8 boot_flag;
  uint8 first_chs[3];
  uint8 type;
  uint8 last_chs[3];
  uint32 first_sector;
  uint32 num_sectors;
};
static_assert(sizeof(Entry) == 16);

bool isExtended(uint8 type)
{
  return type == 0x05 || type == 0x0F || type == 0x85;
}

bool hasTable(const uint8* sector)
{
  return sector[510] == 0x55 && sector[511] == 0xAA;
}

void addIfSane(const Entry& entry, uint64 base, uint64 drive_sectors, ustl::vector<Partition>& partitions)
{
  uint64 first = base + entry.first_sector;
  if (entry.type == 0 || entry.num_sectors == 0 || entry.first_sector == 0)
    return;
  if (first >= drive_sectors || entry.num_sectors > drive_sectors - first)
    return;
  partitions.push_back({first, entry.num_sectors, entry.type});
}

/// Each record holds one logical partition, relative to the record, and the next record, relative to the first one.
void readLogical(SectorReader& reader, uint64 chain_start, uint64 drive_sectors, ustl::vector<Partition>& partitions)
{
  uint64 record = chain_start;
  for (size_t i = 0; i < MAX_LOGICAL_PARTITIONS; ++i)
  {
    uint8 sector[SECTOR_SIZE];
    if (record >= drive_sectors || reader.readSector(record, sector) != 0 || !hasTable(sector))
      return;
    Entry entries[2];
    memcpy(entries, sector + TABLE_OFFSET, sizeof(entries));
    addIfSane(entries[0], record, drive_sectors, partitions);
    if (!isExtended(entries[1].type) || entries[1].first_sector == 0)
      return;
    record = chain_start + entries[1].first_sector;
  }
}

} // namespace

int64 read(SectorReader& reader, uint64 drive_sectors, ustl::vector<Partition>& partitions)
{
  uint8 sector[SECTOR_SIZE];
  int64 error = reader.readSector(0, sector);
  if (error != 0 || !hasTable(sector))
    return error;
  Entry entries[NUMBER_OF_ENTRIES];
  memcpy(entries, sector + TABLE_OFFSET, sizeof(entries));
  for (const Entry& entry : entries)
    if (!isExtended(entry.type))
      addIfSane(entry, 0, drive_sectors, partitions);
  for (const Entry& entry : entries)
    if (isExtended(entry.type) && entry.first_sector != 0)
      readLogical(reader, entry.first_sector, drive_sectors, partitions);
  return 0;
}

} // namespace PartitionTable
