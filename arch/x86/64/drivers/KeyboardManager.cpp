#include "KeyboardManager.h"

#include "ArchInterrupts.h"
#include "ports.h"

namespace
{
constexpr uint16 DATA_PORT = 0x60;
constexpr uint16 STATUS_PORT = 0x64;
constexpr uint8 OUTPUT_FULL = 0x01;
constexpr uint8 FROM_MOUSE = 0x20;
/// More than the controller's and the keyboard's buffers hold: a status that stays "full" is a missing controller.
constexpr uint32 MAX_BYTES_WAITING = 32;
} // namespace

KeyboardManager* KeyboardManager::instance()
{
  static KeyboardManager* const instance = new KeyboardManager();
  return instance;
}

void KeyboardManager::enable()
{
  // What was typed before the kernel ran would keep the interrupt line up, and no edge would ever come.
  for (uint32 count = 0; count < MAX_BYTES_WAITING && (inportb(STATUS_PORT) & OUTPUT_FULL) != 0; ++count)
    (void)inportb(DATA_PORT);
  ArchInterrupts::registerIrqHandler(IRQ, serviceIrq);
}

void KeyboardManager::serviceIrq()
{
  instance()->readController();
}

void KeyboardManager::readController()
{
  for (uint32 count = 0; count < MAX_BYTES_WAITING; ++count)
  {
    uint8 status = inportb(STATUS_PORT);
    if ((status & OUTPUT_FULL) == 0)
      break;
    uint8 byte = inportb(DATA_PORT);
    if ((status & FROM_MOUSE) == 0)
      scancodes_.put(byte);
  }
  arrived_.notify();
}

uint8 KeyboardManager::waitForScancode()
{
  uint8 scancode;
  while (!scancodes_.get(scancode))
    arrived_.wait();
  return scancode;
}
