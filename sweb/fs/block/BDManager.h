#pragma once

#include "BDVirtualDevice.h"
#include "Mutex.h"
#include "uvector.h"

class BDDriver;

/**
 * All disks and partitions by name: the first drive is `idea`, its partitions `idea0`, `idea1`, ...; then `ideb` and so
 * on. Devices are found at boot and stay.
 */
class BDManager
{
public:
  static BDManager* getInstance();

  /// Adds a whole drive under the next free name and, below it, its partitions. Takes the driver over. Boot only.
  void addDrive(BDDriver* driver);

  /// Null if there is none.
  BDVirtualDevice* getDeviceByName(const ustl::string& name);
  size_t getNumberOfDevices() const { return devices_.size(); }
  BDVirtualDevice* getDeviceByNumber(size_t number) { return devices_[number]; }

  /// How a device is used. Writers exclude exclusive users of any overlapping device and the other way round.
  enum class Use : uint8
  {
    WRITE,
    EXCLUSIVE ///< mounted, or open with OpenFlags::EXCL
  };
  /// 0 or -EBUSY. Thread context.
  int64 claim(BDVirtualDevice* device, Use use);
  void release(BDVirtualDevice* device, Use use);

private:
  BDManager();

  void addDevice(BDVirtualDevice* device);

  ustl::vector<BDVirtualDevice*> devices_;
  size_t number_of_drives_ = 0;
  Mutex claim_lock_; ///< guards the use counts of the devices
};
