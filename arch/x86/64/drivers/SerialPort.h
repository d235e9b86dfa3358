#pragma once

#include "Notification.h"
#include "RingBuffer.h"
#include "types.h"

/// A 16550 UART at 115200 baud, 8 data bits, no parity: the first serial port (COM1).
///
/// Once interrupts are enabled for it, both directions go through buffers: a writer sleeps only when the buffer is
/// full. Before, and where interrupts are off, it writes to the hardware directly.
class SerialPort
{
public:
  [[nodiscard]] static SerialPort* instance();

  /// Looks for the UART and sets it up; false when there is none. Called once, before everything else.
  [[nodiscard]] static bool initialise();

  /// Lets it interrupt.
  void enableInterrupts();

  /// Sends bytes. One thread at a time.
  void write(const char* bytes, size_t length);

  /// Sends bytes now, past the buffer, whoever else is at it. Any context; for emergencies.
  void writeDirectly(const char* bytes, size_t length);

  /// As writeDirectly(), when the kernel dies so early that there is no heap yet for the instance.
  static void writeEarly(const char* bytes, size_t length);

  /// Waits until the last bit is on the line, at most a second. Any context.
  void drain();

  /// Whether a byte is among those that read() has not taken yet.
  [[nodiscard]] bool holds(uint8 byte) const { return received_.holds(byte); }

  /// Takes the next byte received; sleeps until there is one, at most until `deadline_ns`. False when the time ran out.
  /// One thread at a time.
  [[nodiscard]] bool read(uint8& byte, uint64 deadline_ns);

private:
  static constexpr uint16 BASE = 0x3F8;
  static constexpr uint8 IRQ = 4;
  static constexpr uint32 RECEIVE_BUFFER = 4096;
  static constexpr uint32 TRANSMIT_BUFFER = 8192;
  static constexpr uint32 FIFO_SIZE = 16;

  SerialPort() : received_(RECEIVE_BUFFER), to_send_(TRANSMIT_BUFFER) {}

  static void serviceIrq();
  void service();
  void receive();

  /// While the buffer has no room, what comes waits in the UART and at the sender: RTS is off. Interrupts are off.
  void holdInput(bool hold);

  /// Fills the transmitter's FIFO, which is empty, from the buffer. Interrupts are off.
  void transmit();

  /// Starts the transmitter if it stands still.
  void kick();

  /// Waits until the UART has all `bits` of its line status, at most some ms; false when it did not get them.
  static bool waitForStatus(uint8 bits);

  bool interrupts_enabled_ = false;
  volatile bool input_held_ = false;
  volatile bool transmitting_ = false; ///< an interrupt will come when the FIFO is empty
  RingBuffer<uint8> received_;
  RingBuffer<uint8> to_send_;
  Notification arrived_;
  Notification room_;
};
