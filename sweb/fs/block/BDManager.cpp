#include "BDManager.h"
#include "BDDriver.h"
#include "PartitionTable.h"
#include "ScopeLock.h"
#include "debug.h"
#include "errno.h"

namespace
{

class DeviceSectorReader final : public PartitionTable::SectorReader
{
public:
  explicit DeviceSectorReader(BDDriver* driver) : driver_(driver) {}

  int64 readSector(uint64 sector, uint8* buffer) override
  {
    return driver_->execute(
        {.command = BDRequest::Command::READ, .start_sector = sector, .num_sectors = 1, .buffer = buffer});
  }

private:
  BDDriver* driver_;
};

/// Decimal, for device names.
ustl::string toString(size_t number)
{
  ustl::string digits;
  do
  {
    digits = ustl::string(1, static_cast<char>('0' + number % 10)) + digits;
    number /= 10;
  } while (number != 0);
  return digits;
}

} // namespace

BDManager* BDManager::getInstance()
{
  static BDManager* manager = new BDManager();
  return manager;
}

BDManager::BDManager() : claim_lock_("BDManager::claim_lock_") {}

void BDManager::addDrive(BDDriver* driver)
{
  ustl::string name = ustl::string("ide") + ustl::string(1, static_cast<char>('a' + number_of_drives_++));
  addDevice(new BDVirtualDevice(driver, 0, driver->getNumSectors(), name));

  ustl::vector<PartitionTable::Partition> partitions;
  DeviceSectorReader reader(driver);
  int64 error = PartitionTable::read(reader, driver->getNumSectors(), partitions);
  if (error != 0)
    debug(BD_MANAGER, "%s: cannot read the partition table (error %ld)\n", name.c_str(), error);
  for (size_t i = 0; i < partitions.size(); ++i)
    addDevice(new BDVirtualDevice(driver, partitions[i].first_sector, partitions[i].num_sectors, name + toString(i),
                                  partitions[i].type));
}

void BDManager::addDevice(BDVirtualDevice* device)
{
  debug(BD_MANAGER, "%s: sectors %lu to %lu, partition type 0x%x\n", device->getName().c_str(),
        device->getFirstSector(), device->getFirstSector() + device->getNumSectors() - 1, device->getPartitionType());
  devices_.push_back(device);
}

BDVirtualDevice* BDManager::getDeviceByName(const ustl::string& name)
{
  for (BDVirtualDevice* device : devices_)
    if (device->getName() == name)
      return device;
  return nullptr;
}

int64 BDManager::claim(BDVirtualDevice* device, Use use)
{
  ScopeLock lock(claim_lock_);
  for (BDVirtualDevice* other : devices_)
  {
    if (!other->overlaps(*device))
      continue;
    if (other->exclusive_ > 0 || (use == Use::EXCLUSIVE && other->writers_ > 0))
      return -EBUSY;
  }
  ++(use == Use::EXCLUSIVE ? device->exclusive_ : device->writers_);
  return 0;
}

void BDManager::release(BDVirtualDevice* device, Use use)
{
  ScopeLock lock(claim_lock_);
  --(use == Use::EXCLUSIVE ? device->exclusive_ : device->writers_);
}
