#include "Terminal.h"

#include "ArchThreads.h"
#include "Console.h"
#include "ScopeLock.h"
#include "Thread.h"
#include "assert.h"
#include "errno.h"
#include "kstring.h"
#include <new>

Terminal* Terminal::terminals_[MAX_TERMINALS];

Terminal::Terminal(const char* name, uint8 attribute, uint32 number) : name_(name), number_(number), grid_(attribute) {}

Terminal* Terminal::create(const char* name, uint8 attribute)
{
  ScopeLock lock(Console::inputLock());
  for (uint32 index = 0; index < MAX_TERMINALS; ++index)
    if (terminals_[index] == nullptr)
      return terminals_[index] = new (std::nothrow) Terminal(name, attribute, index + 1);
  return nullptr;
}

void Terminal::destroy(Terminal* terminal, Terminal& instead)
{
  assert(terminal != &instead && !terminal->input_ && "programs have other terminals, and a VM takes its input away");
  Console::replace(*terminal, instead);
  {
    ScopeLock lock(Console::inputLock());
    terminals_[terminal->number_ - 1] = nullptr;
  }
  // Somebody may have selected it in between; now nobody can any more.
  Console::replace(*terminal, instead);
  delete terminal;
}

Terminal* Terminal::get(uint32 number)
{
  return number >= 1 && number <= MAX_TERMINALS ? terminals_[number - 1] : nullptr;
}

void Terminal::write(const char* text, size_t length)
{
  ScopeLock lock(screen_lock_);
  grid_.write(text, length);
  showChange(text, length);
}

void Terminal::clear()
{
  static constexpr char CLEAR[] = "\033[2J\033[H";
  write(CLEAR, sizeof(CLEAR) - 1);
}

void Terminal::setColour(uint8 attribute)
{
  ScopeLock lock(screen_lock_);
  grid_.setAttribute(attribute);
}

void Terminal::copyScreen(ScreenCell* cells)
{
  ScopeLock lock(screen_lock_);
  for (uint32 row = 0; row < screen::ROWS; ++row)
    memcpy(cells + row * screen::COLUMNS, grid_.row(row), screen::COLUMNS * sizeof(ScreenCell));
}

uint32 Terminal::cursorColumn()
{
  ScopeLock lock(screen_lock_);
  return grid_.cursorColumn();
}

void Terminal::showChange(const char* text, size_t length)
{
  uint32 changed_rows = grid_.takeChangedRows();
  bool was_presenting = presenting_;
  presenting_ = false;
  Console::forEachShowing(*this,
                          [&](Console& console)
                          {
                            if (was_presenting)
                              console.repaint(grid_, false);
                            else
                              console.showText(grid_, text, length, changed_rows);
                          });
}

void Terminal::present(const ScreenCell* cells, uint32 cursor_column, uint32 cursor_row)
{
  ScopeLock lock(screen_lock_);
  uint32 old_column = grid_.cursorColumn();
  uint32 old_row = grid_.cursorRow();
  grid_.present(cells, cursor_column, cursor_row);
  uint32 changed_rows = grid_.takeChangedRows();
  bool was_presenting = presenting_;
  presenting_ = true;
  if (was_presenting && changed_rows == 0 && old_column == grid_.cursorColumn() && old_row == grid_.cursorRow())
    return;
  Console::forEachShowing(*this,
                          [&](Console& console)
                          {
                            if (was_presenting)
                              console.showGuest(grid_, changed_rows);
                            else
                              console.repaint(grid_, true);
                          });
}

void Terminal::setInput(TerminalInput* input)
{
  ScopeLock lock(Console::inputLock());
  input_ = input;
}

bool Terminal::waitForKey(Key& key)
{
  while (!keys_.get(key))
    if (!key_arrived_.waitUnlessKilled())
      return false;
  return true;
}

int64 Terminal::readKey()
{
  ScopeLock lock(reader_lock_);
  Key key;
  reading_key_ = true;
  const bool arrived = waitForKey(key);
  reading_key_ = false;
  return arrived ? key.code : -EINTR;
}

ssize_t Terminal::read(char* buffer, size_t length)
{
  ScopeLock lock(reader_lock_);
  if (line_taken_ == line_length_ && !editLine())
    return -EINTR;
  size_t available = line_length_ - line_taken_;
  size_t count = length < available ? length : available;
  memcpy(buffer, line_ + line_taken_, count);
  line_taken_ += count;
  return static_cast<ssize_t>(count);
}

bool Terminal::editLine()
{
  constexpr uint8 END_OF_FILE = 'D' & 0x1F;
  line_length_ = 0;
  line_taken_ = 0;
  Key key;
  while (waitForKey(key))
  {
    if (key.code == '\n')
    {
      line_[line_length_++] = '\n';
      write("\n", 1);
      return true;
    }
    if (key.code == END_OF_FILE && line_length_ == 0)
      return true;
    if (key.code == '\b' && line_length_ != 0)
    {
      --line_length_;
      write("\b \b", 3);
    }
    bool printable = (key.code >= ' ' && key.code < 0x7F) || key.code == '\t';
    if (printable && line_length_ + 1 < LINE_SIZE) // one place stays for the '\n'
    {
      char character = key.code == '\t' ? ' ' : static_cast<char>(key.code);
      line_[line_length_++] = character;
      write(&character, 1);
    }
  }
  return false;
}
