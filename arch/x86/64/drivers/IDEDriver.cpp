#include "IDEDriver.h"
#include "ATADriver.h"
#include "ArchInterrupts.h"
#include "BDManager.h"
#include "debug.h"
#include "types.h"

namespace
{

constexpr uint8 PRIMARY_IRQ = 14;
constexpr uint8 SECONDARY_IRQ = 15;

ATAChannel* primary = nullptr;
ATAChannel* secondary = nullptr;

/// Drives of one channel. Says whether there is any.
bool detectOnChannel(ATAChannel& channel)
{
  bool found = false;
  channel.disableInterrupts();
  constexpr bool POSITIONS[] = {false, true};
  for (bool second : POSITIONS)
  {
    ATADriver* drive = ATADriver::detect(channel, second);
    if (!drive)
      continue;
    debug(MAIN, "disk %s, %lu MiB\n", drive->getModel().c_str(), drive->getNumSectors() >> 11);
    BDManager::getInstance()->addDrive(drive);
    found = true;
  }
  return found;
}

} // namespace

void IDEDriver::detectDrives()
{
  primary = new ATAChannel(0x1F0, 0x3F6);
  if (detectOnChannel(*primary))
    ArchInterrupts::registerIrqHandler(PRIMARY_IRQ, [] { primary->serviceIrq(); });
  secondary = new ATAChannel(0x170, 0x376);
  if (detectOnChannel(*secondary))
    ArchInterrupts::registerIrqHandler(SECONDARY_IRQ, [] { secondary->serviceIrq(); });
}
