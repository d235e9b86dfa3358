#include "SerialConsole.h"

#include "Clock.h"
#include "ScancodeEncoder.h"
#include "Scheduler.h"
#include "ScopeLock.h"
#include "SerialPort.h"
#include "Terminal.h"
#include "TerminalGrid.h"
#include "TerminalInput.h"

SerialConsole* SerialConsole::detect()
{
  SerialPort* port = SerialPort::instance();
  return port->initialise() ? new SerialConsole(*port) : nullptr;
}

SerialConsole::SerialConsole(SerialPort& port)
    : Console("SerialConsoleThread"), port_(port), output_(port), writer_(output_)
{
  writer_.title(Terminal::get(1)->name());
  output_.flush();
}

void SerialConsole::Output::write(const char* text, size_t length)
{
  for (size_t index = 0; index < length; ++index)
  {
    if (used_ == SIZE)
      flush();
    buffer_[used_++] = text[index];
  }
}

void SerialConsole::Output::flush()
{
  port_.write(buffer_, used_);
  used_ = 0;
}

void SerialConsole::showText(const TerminalGrid& grid, const char* text, size_t length, uint32 changed_rows)
{
  if (writer_.isNarrow())
    return showGuest(grid, changed_rows);
  for (size_t index = 0; index < length; ++index)
  {
    if (text[index] == '\n' && !last_was_cr_)
      output_.write("\r", 1);
    char bytes[ControlStringFilter::MAX_LENGTH];
    output_.write(bytes, filter_.pass(text[index], bytes));
    last_was_cr_ = text[index] == '\r';
  }
  output_.flush();
}

void SerialConsole::showGuest(const TerminalGrid& grid, uint32 changed_rows)
{
  writer_.update(grid, changed_rows);
  output_.flush();
}

void SerialConsole::turnTo(const char* name)
{
  filter_ = ControlStringFilter(); // what the other terminal had begun is not continued here
  writer_.beginRedraw();
  writer_.title(name);
  askForSize();
}

void SerialConsole::repaint(const TerminalGrid& grid, bool guest)
{
  writer_.resize(columns_, rows_);
  if (guest || writer_.isNarrow())
    writer_.repaint(grid);
  else
    writer_.printLines(grid);
  output_.flush();
}

void SerialConsole::emergency(const char* text, size_t length)
{
  for (size_t index = 0; index < length; ++index)
  {
    if (text[index] == '\n')
      port_.writeDirectly("\r", 1);
    port_.writeDirectly(text + index, 1);
  }
}

void SerialConsole::writeEarly(const char* text, size_t length)
{
  for (size_t index = 0; index < length; ++index)
  {
    if (text[index] == '\n')
      SerialPort::writeEarly("\r", 1);
    SerialPort::writeEarly(text + index, 1);
  }
}

void SerialConsole::drain()
{
  port_.drain();
}

void SerialConsole::enableInput()
{
  port_.enableInterrupts();
}

void SerialConsole::Run()
{
  /// A terminal emulator sends the bytes of a sequence at once; a person's next key takes longer than this.
  constexpr uint64 ESCAPE_TIMEOUT_NS = 50'000'000;
  {
    ScopeLock lock(outputLock());
    askForSize();
    output_.flush();
  }
  for (;;)
  {
    uint8 byte;
    const bool pending = report_.isPending() || parser_.isPending();
    if (!port_.read(byte, pending ? Clock::nanoseconds() + ESCAPE_TIMEOUT_NS : Clock::NEVER))
    {
      handleTimeout();
      continue;
    }
    uint8 bytes[SizeReport::MAX_LENGTH + 1];
    const size_t count = report_.pass(byte, bytes);
    for (size_t index = 0; index < count; ++index)
      take(bytes[index]);
    if (uint32 columns, rows; report_.take(columns, rows))
      resize(columns, rows);
  }
}

void SerialConsole::take(uint8 byte)
{
  if (!isCommand(byte))
    waitForRoom();
  ScopeLock lock(inputLock());
  handleByte(byte);
}

void SerialConsole::handleTimeout()
{
  uint8 bytes[SizeReport::MAX_LENGTH + 1];
  const size_t count = report_.release(bytes);
  for (size_t index = 0; index < count; ++index)
    take(bytes[index]);
  ScopeLock lock(inputLock());
  if (Key key; parser_.timeout(key))
    handleKey(key);
}

void SerialConsole::askForSize()
{
  output_.write(SizeReport::QUESTION, sizeof(SizeReport::QUESTION) - 1);
}

void SerialConsole::resize(uint32 columns, uint32 rows)
{
  ScopeLock lock(inputLock());
  {
    ScopeLock output_lock(outputLock());
    if (columns == columns_ && rows == rows_)
      return;
    columns_ = columns;
    rows_ = rows;
  }
  refresh();
}

bool SerialConsole::isCommand(uint8 byte)
{
  return byte == PREFIX || byte == DETACH_KEY;
}

void SerialConsole::waitForRoom()
{
  constexpr uint64 LOOK_NS = 10'000'000;
  constexpr uint64 PATIENCE_NS = 10'000'000'000;
  const uint64 start = Clock::nanoseconds();
  while (isJammed())
  {
    // A command behind the text is for now, and the text in front of it for nobody.
    if (given_up_ || port_.holds(PREFIX) || port_.holds(DETACH_KEY))
      return;
    given_up_ = Clock::nanoseconds() - start >= PATIENCE_NS;
    Scheduler::instance()->sleepUntil(Clock::nanoseconds() + LOOK_NS);
  }
  given_up_ = false;
}

bool SerialConsole::isJammed()
{
  ScopeLock lock(inputLock());
  TerminalInput* input = rawInput();
  return input != nullptr && !input->hasRoom();
}

void SerialConsole::handleByte(uint8 byte)
{
  if (after_prefix_)
  {
    after_prefix_ = false;
    handleCommand(byte);
  }
  else if (byte == PREFIX)
    after_prefix_ = true;
  else
    handleInput(byte);
}

void SerialConsole::handleCommand(uint8 byte)
{
  if (byte >= '1' && byte <= '9')
    select(byte - '0');
  else if (byte == 'n')
    selectNeighbour(1);
  else if (byte == 'p')
    selectNeighbour(-1);
  else if (byte == 'd')
    obey(Key{.code = DETACH_KEY, .ctrl = true});
  else if (byte == 'a' || byte == PREFIX)
    handleInput(PREFIX);
}

void SerialConsole::handleInput(uint8 byte)
{
  TerminalInput* input = rawInput();
  if (input != nullptr && input->format() == TerminalInput::Format::BYTES && byte != DETACH_KEY)
    input->input(byte);
  else if (Key key; parser_.parse(byte, key))
    handleKey(key);
}

void SerialConsole::handleKey(const Key& key)
{
  if (obey(key))
    return;
  TerminalInput* input = rawInput();
  if (input == nullptr)
  {
    deliver(key);
    return;
  }
  if (!input->hasRoom())
    return; // lost, but whole
  uint8 scancodes[ScancodeEncoder::MAX_LENGTH];
  uint32 count = ScancodeEncoder::encode(key, scancodes);
  for (uint32 index = 0; index < count; ++index)
    input->input(scancodes[index]);
}

void SerialConsole::selectNeighbour(int32 step)
{
  constexpr int32 COUNT = Terminal::MAX_TERMINALS;
  int32 place = static_cast<int32>(shownTerminal()) - 1;
  do
    place = (place + step + COUNT) % COUNT;
  while (Terminal::get(static_cast<uint32>(place) + 1) == nullptr);
  select(static_cast<uint32>(place) + 1);
}
