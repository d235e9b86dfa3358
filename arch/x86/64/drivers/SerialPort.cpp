#include "SerialPort.h"

#include "ArchInterrupts.h"
#include "Clock.h"
#include "InterruptGuard.h"
#include "ports.h"

namespace
{
// Registers, as offsets from the base.
constexpr uint16 DATA = 0;             // DLAB=0
constexpr uint16 INTERRUPT_ENABLE = 1; // DLAB=0
constexpr uint16 DIVISOR_LOW = 0;      // DLAB=1
constexpr uint16 DIVISOR_HIGH = 1;     // DLAB=1
constexpr uint16 INTERRUPT_ID = 2;     // read
constexpr uint16 FIFO_CONTROL = 2;     // write
constexpr uint16 LINE_CONTROL = 3;
constexpr uint16 MODEM_CONTROL = 4;
constexpr uint16 LINE_STATUS = 5;
constexpr uint16 MODEM_STATUS = 6;
constexpr uint16 SCRATCH = 7;

constexpr uint8 IER_RECEIVED = 0x01;
constexpr uint8 IER_TRANSMITTER_EMPTY = 0x02;
constexpr uint8 IER_LINE_STATUS = 0x04;

constexpr uint8 IIR_NONE_PENDING = 0x01;
constexpr uint8 IIR_CAUSE = 0x0E;
constexpr uint8 IIR_MODEM_STATUS = 0x00;
constexpr uint8 IIR_TRANSMITTER_EMPTY = 0x02;

constexpr uint8 FCR_ENABLE_CLEAR_TRIGGER_8 = 0x87;
constexpr uint8 LCR_8N1 = 0x03;
constexpr uint8 LCR_DIVISOR_ACCESS = 0x80;
constexpr uint8 MCR_DTR_INTERRUPT = 0x09; // OUT2 connects the interrupt line on a PC
constexpr uint8 MCR_RTS = 0x02;           // the sender may send

constexpr uint8 LSR_DATA_READY = 0x01;
constexpr uint8 LSR_FIFO_EMPTY = 0x20;
constexpr uint8 LSR_ALL_SENT = 0x40;

constexpr uint64 MILLISECOND = 1'000'000;
/// Sixteen characters take 1.4 ms at 115200 baud; emulators that slow time down need more.
constexpr uint64 FIFO_TIMEOUT = 100 * MILLISECOND;
constexpr uint64 DRAIN_TIMEOUT = 1000 * MILLISECOND;
/// How many causes one interrupt may have before the UART is taken for broken.
constexpr uint32 MAX_CAUSES = 64;
} // namespace

SerialPort* SerialPort::instance()
{
  static SerialPort* const instance = new SerialPort();
  return instance;
}

bool SerialPort::initialise()
{
  // A port that nobody answers reads as ones.
  constexpr uint8 PATTERNS[] = {0x5A, 0xA5};
  for (uint8 pattern : PATTERNS)
  {
    outportb(BASE + SCRATCH, pattern);
    if (inportb(BASE + SCRATCH) != pattern)
      return false;
  }
  outportb(BASE + INTERRUPT_ENABLE, 0);
  outportb(BASE + LINE_CONTROL, LCR_DIVISOR_ACCESS);
  outportb(BASE + DIVISOR_LOW, 1); // 115200 baud
  outportb(BASE + DIVISOR_HIGH, 0);
  outportb(BASE + LINE_CONTROL, LCR_8N1);
  outportb(BASE + FIFO_CONTROL, FCR_ENABLE_CLEAR_TRIGGER_8);
  outportb(BASE + MODEM_CONTROL, MCR_DTR_INTERRUPT | MCR_RTS);
  return true;
}

void SerialPort::enableInterrupts()
{
  InterruptGuard guard;
  interrupts_enabled_ = true;
  ArchInterrupts::registerIrqHandler(IRQ, serviceIrq);
  holdInput(false);
  service(); // what came before makes no new edge
}

void SerialPort::serviceIrq()
{
  instance()->service();
}

/// Handles causes until there is none: the interrupt controller sees only edges, so the line must go down.
void SerialPort::service()
{
  for (uint32 count = 0; count < MAX_CAUSES; ++count)
  {
    uint8 cause = inportb(BASE + INTERRUPT_ID);
    if ((cause & IIR_NONE_PENDING) != 0)
      return;
    switch (cause & IIR_CAUSE)
    {
    case IIR_TRANSMITTER_EMPTY:
      transmit();
      break;
    case IIR_MODEM_STATUS:
      (void)inportb(BASE + MODEM_STATUS);
      break;
    default: // data, their time-out, or a line error, which reading the status in receive() acknowledges
      receive();
      // Some emulated UARTs (Bochs') forget that the transmitter is empty once another cause has been read.
      if (transmitting_ && (inportb(BASE + LINE_STATUS) & LSR_FIFO_EMPTY) != 0)
        transmit();
      break;
    }
  }
}

void SerialPort::receive()
{
  for (uint32 count = 0; count < FIFO_SIZE && (inportb(BASE + LINE_STATUS) & LSR_DATA_READY) != 0; ++count)
    received_.put(inportb(BASE + DATA));
  if (received_.capacity() - received_.count() < FIFO_SIZE)
    holdInput(true);
  arrived_.notify();
}

void SerialPort::holdInput(bool hold)
{
  input_held_ = hold;
  const uint8 receive_causes = hold ? 0 : IER_RECEIVED | IER_LINE_STATUS;
  outportb(BASE + INTERRUPT_ENABLE, receive_causes | IER_TRANSMITTER_EMPTY);
  outportb(BASE + MODEM_CONTROL, MCR_DTR_INTERRUPT | (hold ? 0 : MCR_RTS));
}

void SerialPort::transmit()
{
  uint8 bytes[FIFO_SIZE];
  uint32 count = 0;
  while (count < FIFO_SIZE && to_send_.get(bytes[count]))
    ++count;
  outportsb(BASE + DATA, bytes, count); // in a VM one exit instead of sixteen
  transmitting_ = count != 0;
  if (to_send_.count() <= TRANSMIT_BUFFER / 2)
    room_.notify();
}

void SerialPort::kick()
{
  InterruptGuard guard;
  if ((inportb(BASE + LINE_STATUS) & LSR_FIFO_EMPTY) != 0)
    transmit();
  else
    transmitting_ = true; // an interrupt comes when it is empty, whoever filled it
}

void SerialPort::write(const char* bytes, size_t length)
{
  if (!interrupts_enabled_ || !ArchInterrupts::testIFSet())
  {
    writeDirectly(bytes, length);
    return;
  }
  for (size_t index = 0; index < length; ++index)
    while (!to_send_.put(static_cast<uint8>(bytes[index])))
    {
      kick();
      (void)room_.waitUntil(Clock::nanoseconds() + FIFO_TIMEOUT); // then see whether an interrupt was lost
    }
  if (!transmitting_)
    kick();
}

void SerialPort::writeDirectly(const char* bytes, size_t length)
{
  uint32 room = 0;
  auto send = [&](uint8 byte)
  {
    if (room == 0 && !waitForStatus(LSR_FIFO_EMPTY))
      return false;
    room = (room == 0 ? FIFO_SIZE : room) - 1;
    outportb(BASE + DATA, byte);
    return true;
  };

  uint8 earlier; // what waits in the buffer was written before
  while (to_send_.get(earlier))
    if (!send(earlier))
      return;
  for (size_t index = 0; index < length; ++index)
    if (!send(static_cast<uint8>(bytes[index])))
      return;
}

void SerialPort::writeEarly(const char* bytes, size_t length)
{
  static const bool present = initialise();
  for (size_t index = 0; present && index < length; ++index)
    if (waitForStatus(LSR_FIFO_EMPTY))
      outportb(BASE + DATA, static_cast<uint8>(bytes[index]));
}

bool SerialPort::waitForStatus(uint8 bits)
{
  uint64 deadline = Clock::nanoseconds() + FIFO_TIMEOUT;
  while ((inportb(BASE + LINE_STATUS) & bits) != bits)
    if (Clock::nanoseconds() > deadline)
      return false;
  return true;
}

void SerialPort::drain()
{
  uint64 deadline = Clock::nanoseconds() + DRAIN_TIMEOUT;
  while (Clock::nanoseconds() < deadline)
  {
    if (to_send_.count() != 0)
      kick(); // interrupts may be off
    else if ((inportb(BASE + LINE_STATUS) & LSR_ALL_SENT) != 0)
      return;
  }
}

bool SerialPort::read(uint8& byte, uint64 deadline_ns)
{
  while (!received_.get(byte))
    if (!arrived_.waitUntil(deadline_ns))
      return received_.get(byte);
  if (input_held_ && received_.count() <= RECEIVE_BUFFER / 2)
  {
    InterruptGuard guard;
    holdInput(false);
  }
  return true;
}
