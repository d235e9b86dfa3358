#include "Disks.h"
#include "BDManager.h"
#include "MemoryDriver.h"
#include "PartitionTable.h"
#include "Strings.h"
#include "kernel-modules/src/lib.rs.h"
#include <mutex>

namespace
{

class SliceReader final : public PartitionTable::SectorReader
{
public:
  explicit SliceReader(rust::Slice<const uint8_t> disk) : driver_({disk.begin(), disk.end()}) {}

  int64 readSector(uint64 sector, uint8* buffer) override
  {
    return driver_.execute(
        {.command = BDRequest::Command::READ, .start_sector = sector, .num_sectors = 1, .buffer = buffer});
  }
  uint64 sectors() const { return driver_.getNumSectors(); }

private:
  MemoryDriver driver_;
};

/// The kernel adds drives at boot only, when there is one thread.
std::mutex boot;

BDManager::Use useOf(bool exclusive)
{
  return exclusive ? BDManager::Use::EXCLUSIVE : BDManager::Use::WRITE;
}

} // namespace

rust::Vec<Partition> read_partitions(rust::Slice<const uint8_t> disk)
{
  SliceReader reader(disk);
  ustl::vector<PartitionTable::Partition> found;
  PartitionTable::read(reader, reader.sectors(), found);
  rust::Vec<Partition> result;
  for (const auto& partition : found)
    result.push_back({partition.first_sector, partition.num_sectors, partition.type});
  return result;
}

rust::String register_disk(rust::Slice<const uint8_t> disk)
{
  std::lock_guard lock(boot);
  BDManager* manager = BDManager::getInstance();
  size_t index = manager->getNumberOfDevices();
  manager->addDrive(new MemoryDriver({disk.begin(), disk.end()}));
  return toRust(manager->getDeviceByNumber(index)->getName());
}

rust::Vec<rust::String> device_names()
{
  std::lock_guard lock(boot);
  BDManager* manager = BDManager::getInstance();
  rust::Vec<rust::String> names;
  for (size_t i = 0; i < manager->getNumberOfDevices(); ++i)
    names.push_back(toRust(manager->getDeviceByNumber(i)->getName()));
  return names;
}

int64_t claim_device(rust::Str name, bool exclusive)
{
  std::lock_guard lock(boot);
  BDManager* manager = BDManager::getInstance();
  return manager->claim(manager->getDeviceByName(toKernel(name)), useOf(exclusive));
}

void release_device(rust::Str name, bool exclusive)
{
  std::lock_guard lock(boot);
  BDManager* manager = BDManager::getInstance();
  manager->release(manager->getDeviceByName(toKernel(name)), useOf(exclusive));
}
