#include "Console.h"

#include "KeyDumps.h"
#include "KprintfFlushingThread.h"
#include "ProcessRegistry.h"
#include "Scheduler.h"
#include "ScopeLock.h"
#include "SerialConsole.h"
#include "Terminal.h"
#include "TerminalInput.h"
#include "TextConsole.h"
#include "assert.h"

Console* Console::consoles_[MAX_CONSOLES];
uint32 Console::console_count_ = 0;
Mutex Console::input_lock_{"Console::input_lock_"};

Console::Console(const char* name) : Thread(nullptr, name, KERNEL_THREAD), terminal_(Terminal::get(1))
{
  assert(terminal_ != nullptr);
}

void Console::initialise()
{
  Terminal* terminal = Terminal::create("SWEB", screen::attribute(screen::GREEN, screen::BLACK));
  assert(terminal != nullptr);
  add(new TextConsole());
  if (SerialConsole* serial = SerialConsole::detect())
    add(serial);
}

void Console::add(Console* console)
{
  assert(console_count_ < MAX_CONSOLES && console->isUsable());
  consoles_[console_count_++] = console;
}

void Console::startThreads()
{
  Scheduler::instance()->addNewThread(new KprintfFlushingThread());
  for (uint32 index = 0; index < console_count_; ++index)
  {
    consoles_[index]->enableInput();
    Scheduler::instance()->addNewThread(consoles_[index]);
  }
}

void Console::show(Terminal& terminal)
{
  ScopeLock screen_lock(terminal.screen_lock_);
  ScopeLock lock(lock_);
  if (terminal_ == &terminal)
    return;
  terminal_ = &terminal;
  turnTo(terminal.name());
  repaint(terminal.grid_, terminal.presenting_);
}

void Console::refresh()
{
  ScopeLock screen_lock(terminal_->screen_lock_);
  ScopeLock lock(lock_);
  repaint(terminal_->grid_, terminal_->presenting_);
}

void Console::replace(const Terminal& from, Terminal& to)
{
  ScopeLock lock(input_lock_);
  for (uint32 index = 0; index < console_count_; ++index)
    if (consoles_[index]->terminal_ == &from)
      consoles_[index]->select(to.number());
}

void Console::emergencyWrite(const char* text, size_t length)
{
  for (uint32 index = 0; index < console_count_; ++index)
    consoles_[index]->emergency(text, length);
  if (console_count_ != 0)
    return;
  TextConsole::writeEmergency(text, length);
  SerialConsole::writeEarly(text, length);
}

void Console::drainAll()
{
  for (uint32 index = 0; index < console_count_; ++index)
    consoles_[index]->drain();
}

uint32 Console::shownTerminal() const
{
  return terminal_->number();
}

TerminalInput* Console::rawInput() const
{
  return terminal_->input_;
}

void Console::select(uint32 number)
{
  Terminal* terminal = Terminal::get(number);
  if (terminal == nullptr || terminal == terminal_)
    return;
  if (TerminalInput* input = rawInput())
    releaseHeldKeys(*input);
  show(*terminal);
}

bool Console::obey(const Key& key)
{
  if (key.shift && key.isFunctionKey())
  {
    select(key.functionNumber());
    return true;
  }
  TerminalInput* input = rawInput();
  if (key.code != DETACH_KEY || input == nullptr)
    return false;
  releaseHeldKeys(*input);
  input->detach();
  return true;
}

bool Console::interruptProgram(const Key& key)
{
  ProcessRegistry* processes = ProcessRegistry::instance();
  if (key.code != INTERRUPT_KEY || terminal_->reading_key_ || processes == nullptr)
    return false;
  if (!processes->interruptForeground(*terminal_))
    return false;
  static constexpr char ECHO[] = "^C\n";
  terminal_->write(ECHO, sizeof(ECHO) - 1);
  return true;
}

void Console::deliver(const Key& key)
{
  if (KeyDumps::obey(key) || interruptProgram(key))
    return;
  // When nobody reads and the buffer is full, the key is lost: as good as any other way to say that.
  if (terminal_->keys_.put(key))
    terminal_->key_arrived_.notify();
}
