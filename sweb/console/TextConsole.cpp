#include "TextConsole.h"

#include "AnsiKeyEncoder.h"
#include "ArchCommon.h"
#include "KeyboardManager.h"
#include "ScopeLock.h"
#include "StatusLine.h"
#include "TerminalGrid.h"
#include "TerminalInput.h"
#include "VgaText.h"
#include "kstring.h"

using namespace screen;

TextConsole::TextConsole() : Console("TxTConsoleThread")
{
  VgaText::disableBlinking();
  // The terminal it shows is empty yet; what the firmware left on the screen goes.
  for (uint32 index = 0; index < CELLS; ++index)
    ArchCommon::getFBPtr()[index] = cell(' ', attribute(LIGHT_GREY, BLACK));
  VgaText::hideCursor();
}

void TextConsole::copyRows(const TerminalGrid& grid, uint32 rows)
{
  for (uint32 row = 0; row < ROWS; ++row)
    if ((rows >> row & 1) != 0)
      memcpy(ArchCommon::getFBPtr() + row * COLUMNS, grid.row(row), COLUMNS * sizeof(ScreenCell));
  if (grid.cursorRow() == NO_CURSOR)
    VgaText::hideCursor();
  else
    VgaText::showCursor(grid.cursorRow() * COLUMNS + grid.cursorColumn());
}

void TextConsole::showText(const TerminalGrid& grid, const char*, size_t, uint32 changed_rows)
{
  copyRows(grid, changed_rows & ~StatusLine::ROW_BIT);
}

void TextConsole::showGuest(const TerminalGrid& grid, uint32 changed_rows)
{
  copyRows(grid, changed_rows);
}

void TextConsole::repaint(const TerminalGrid& grid, bool guest)
{
  constexpr uint32 ALL_ROWS = (1u << ROWS) - 1;
  StatusLine::show(!guest);
  copyRows(grid, guest ? ALL_ROWS : ALL_ROWS & ~StatusLine::ROW_BIT);
}

void TextConsole::writeEmergency(const char* text, size_t length)
{
  // A grid of its own: those of the terminals may be in any state. It goes on from what is on the screen.
  static TerminalGrid grid(attribute(WHITE, RED));
  static bool first = true;
  if (first)
    grid.present(ArchCommon::getFBPtr(), 0, TerminalGrid::LAST_ROW);
  first = false;
  grid.write(text, length);
  copyRows(grid, ~0u);
}

void TextConsole::enableInput()
{
  KeyboardManager::instance()->enable();
}

void TextConsole::Run()
{
  for (;;)
  {
    uint8 scancode = KeyboardManager::instance()->waitForScancode();
    ScopeLock lock(inputLock());
    handleScancode(scancode);
  }
}

void TextConsole::handleScancode(uint8 scancode)
{
  Key key;
  bool complete = decoder_.decode(scancode, key);
  if (complete && obey(key))
    held_keys_.swallow();
  else if (TerminalInput* input = rawInput())
    forward(*input, scancode, complete ? &key : nullptr);
  else if (complete)
    deliver(key);
}

void TextConsole::forward(TerminalInput& input, uint8 scancode, const Key* key)
{
  if (input.format() == TerminalInput::Format::SCANCODES)
  {
    uint8 bytes[HeldKeys::MAX_LENGTH];
    uint32 count = held_keys_.pass(scancode, bytes);
    for (uint32 index = 0; index < count; ++index)
      input.input(bytes[index]);
  }
  else if (key != nullptr)
  {
    uint8 bytes[AnsiKeyEncoder::MAX_LENGTH];
    uint32 count = AnsiKeyEncoder::encode(*key, bytes);
    for (uint32 index = 0; index < count; ++index)
      input.input(bytes[index]);
  }
}

void TextConsole::releaseHeldKeys(TerminalInput& input)
{
  uint8 bytes[HeldKeys::MAX_LENGTH];
  while (uint32 count = held_keys_.release(bytes))
    for (uint32 index = 0; index < count; ++index)
      input.input(bytes[index]);
}
