#include "ATAChannel.h"
#include "ArchInterrupts.h"
#include "ArchThreads.h"
#include "Clock.h"
#include "Thread.h"
#include "ports.h"
#include "ualgorithm.h"

namespace
{
/// The drive's bus moves 16 bits at a time, but every adapter on a PCI bus makes two such transfers of a 32-bit access.
constexpr size_t ACCESSES_PER_SECTOR = ata::SECTOR_SIZE / sizeof(uint32);
} // namespace

ATAChannel::ATAChannel(uint16 command_port, uint16 control_port)
    : lock_("ATAChannel::lock_"), command_port_(command_port), control_port_(control_port)
{
}

void ATAChannel::serviceIrq()
{
  (void)inportb(command_port_ + ata::STATUS);
  interrupt_.notify();
}

void ATAChannel::enableInterrupts()
{
  control_ = 0;
  outportb(control_port_, control_);
}

void ATAChannel::disableInterrupts()
{
  control_ = ata::CONTROL_NO_INTERRUPTS;
  outportb(control_port_, control_);
}

uint8 ATAChannel::alternateStatus() const
{
  return inportb(control_port_);
}

void ATAChannel::settle() const
{
  // By the clock: reading the status for as long, as is the custom, is what takes a guest longest.
  delay(400);
}

uint8 ATAChannel::read(uint16 offset) const
{
  return inportb(command_port_ + offset);
}

void ATAChannel::write(uint16 offset, uint8 value)
{
  outportb(command_port_ + offset, value);
}

bool ATAChannel::select(uint8 device, uint64 timeout_ns)
{
  // Whatever the selected drive still does has to end first: a busy drive does not see the selection.
  if (!idle_ && wait(false, timeout_ns) == Outcome::TIMEOUT)
    return false;
  write(ata::DEVICE, device);
  if ((device & ata::DEVICE_SECOND) == selected_)
    return true;
  selected_ = device & ata::DEVICE_SECOND;
  idle_ = false;
  settle();
  return wait(false, timeout_ns) != Outcome::TIMEOUT;
}

uint8 ATAChannel::probe(uint8 device)
{
  write(ata::DEVICE, device);
  selected_ = device & ata::DEVICE_SECOND;
  idle_ = false;
  settle();
  return alternateStatus();
}

void ATAChannel::command(ata::Command command)
{
  (void)interrupt_.poll(); // one that is left over says nothing about this command
  idle_ = false;
  write(ata::COMMAND, static_cast<uint8>(command));
  settle();
}

ATAChannel::Outcome ATAChannel::wait(bool data, uint64 timeout_ns)
{
  const Outcome outcome = poll(data, timeout_ns);
  if (interruptsEnabled())
    disableInterrupts();
  idle_ = !data && outcome != Outcome::TIMEOUT;
  return outcome;
}

ATAChannel::Outcome ATAChannel::poll(bool data, uint64 timeout_ns)
{
  const uint64 start = Clock::nanoseconds();
  for (;;)
  {
    const uint8 status = alternateStatus();
    if (!(status & ata::STATUS_BUSY))
    {
      if (status & (ata::STATUS_ERROR | ata::STATUS_DEVICE_FAULT))
        return Outcome::ERROR;
      if (!data || (status & ata::STATUS_DATA_REQUEST))
        return Outcome::READY;
    }
    const uint64 now = Clock::nanoseconds();
    if (now - start >= timeout_ns)
      return Outcome::TIMEOUT;
    if (now - start < SPIN_NS || !maySleep())
      asm volatile("pause");
    else if (!interruptsEnabled())
      enableInterrupts(); // what happened before is asked for once more: some adapters do not tell of it now
    else
      interrupt_.waitUntil(ustl::min(start + timeout_ns, now + LOST_INTERRUPT_NS));
  }
}

void ATAChannel::readData(void* buffer, size_t sectors)
{
  inportsl(command_port_ + ata::DATA, buffer, sectors * ACCESSES_PER_SECTOR);
}

void ATAChannel::writeData(const void* buffer, size_t sectors)
{
  outportsl(command_port_ + ata::DATA, buffer, sectors * ACCESSES_PER_SECTOR);
}

bool ATAChannel::softwareReset()
{
  ++number_of_resets_;
  selected_ = 0; // a reset selects the first drive
  idle_ = false;
  outportb(control_port_, control_ | ata::CONTROL_SOFTWARE_RESET);
  delay(5'000);
  outportb(control_port_, control_);
  delay(2'000'000);
  return wait(false, RESET_TIMEOUT_NS) != Outcome::TIMEOUT;
}

bool ATAChannel::maySleep()
{
  return system_state == RUNNING && currentThread && ArchInterrupts::testIFSet();
}

void ATAChannel::delay(uint64 duration_ns)
{
  const uint64 end = Clock::nanoseconds() + duration_ns;
  while (Clock::nanoseconds() < end)
    asm volatile("pause");
}
