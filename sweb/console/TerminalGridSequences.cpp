// What escape sequences do to the grid.
#include "TerminalGrid.h"

#include "kstring.h"

using namespace screen;

void TerminalGrid::escape(uint8 command)
{
  startRow();
  switch (command)
  {
  case '7':
    return saveCursor();
  case '8':
    return restoreCursor();
  case 'D':
    return lineFeed();
  case 'E':
    column_ = 0;
    return lineFeed();
  case 'M':
    return reverseLineFeed();
  case 'c':
    return reset();
  default: // not understood: swallowed, as terminals do
    return;
  }
}

void TerminalGrid::privateSequence(uint8 command)
{
  constexpr uint32 ALTERNATE_SCREENS[] = {47, 1047, 1049};
  if (command != 'h' && command != 'l')
    return;
  startRow();
  for (uint32 number : ALTERNATE_SCREENS)
    for (uint32 index = 0; index < sequence_.count(); ++index)
      if (sequence_.parameter(index, 0) == number)
        erase(FIRST_TEXT_ROW * COLUMNS, CELLS);
}

void TerminalGrid::controlSequence(uint8 command)
{
  startRow();
  const int64 count = sequence_.parameter(0, 1);
  switch (command)
  {
  case 'A':
    return moveBy(0, -count);
  case 'B':
    return moveBy(0, count);
  case 'C':
    return moveBy(count, 0);
  case 'D':
    return moveBy(-count, 0);
  case 'E':
    column_ = 0;
    return moveBy(0, count);
  case 'F':
    column_ = 0;
    return moveBy(0, -count);
  case 'G':
  case '`':
    return moveTo(count - 1, row_);
  case 'd':
    addressed_ = true;
    return moveTo(column_, FIRST_TEXT_ROW + count - 1);
  case 'H':
  case 'f':
    addressed_ = true;
    return moveTo(int64{sequence_.parameter(1, 1)} - 1, FIRST_TEXT_ROW + count - 1);
  case 'J':
    return eraseInScreen();
  case 'K':
    return eraseInLine();
  case 'S':
    return moveRowsUp(top_, static_cast<uint32>(count));
  case 'T':
    return moveRowsDown(top_, static_cast<uint32>(count));
  case 'm':
    return selectColours();
  case 'r':
    return setMargins();
  case 's':
    return saveCursor();
  case 'u':
    return restoreCursor();
  default:
    return editRow(command);
  }
}

/// Inserting and deleting, of lines and in the line of the cursor.
void TerminalGrid::editRow(uint8 command)
{
  const uint32 count = sequence_.parameter(0, 1);
  const uint32 room = COLUMNS - column_;
  const uint32 part = count < room ? count : room;
  const uint32 cursor = row_ * COLUMNS + column_;
  const uint32 end = (row_ + 1) * COLUMNS;
  const bool between_margins = row_ >= top_ && row_ <= bottom_;
  switch (command)
  {
  case 'L':
    return between_margins ? moveRowsDown(row_, count) : void();
  case 'M':
    return between_margins ? moveRowsUp(row_, count) : void();
  case '@':
    memmove(cells_ + cursor + part, cells_ + cursor, (room - part) * sizeof(cells_[0]));
    memmove(others_ + cursor + part, others_ + cursor, (room - part) * sizeof(others_[0]));
    return erase(cursor, cursor + part);
  case 'P':
    memmove(cells_ + cursor, cells_ + cursor + part, (room - part) * sizeof(cells_[0]));
    memmove(others_ + cursor, others_ + cursor + part, (room - part) * sizeof(others_[0]));
    return erase(end - part, end);
  case 'X':
    return erase(cursor, cursor + part);
  default:
    return;
  }
}

void TerminalGrid::moveTo(int64 column, int64 row)
{
  constexpr int64 LAST_COLUMN = COLUMNS - 1;
  column_ = static_cast<uint32>(column < 0 ? 0 : column > LAST_COLUMN ? LAST_COLUMN : column);
  row_ = static_cast<uint32>(row < FIRST_TEXT_ROW ? FIRST_TEXT_ROW : row > LAST_ROW ? LAST_ROW : row);
  wrap_pending_ = false;
}

/// A margin stops the cursor, unless it is beyond already.
void TerminalGrid::moveBy(int64 columns, int64 rows)
{
  const int64 first = row_ >= top_ ? top_ : FIRST_TEXT_ROW;
  const int64 last = row_ <= bottom_ ? bottom_ : LAST_ROW;
  const int64 row = row_ + rows;
  moveTo(column_ + columns, row < first ? first : row > last ? last : row);
}

void TerminalGrid::setMargins()
{
  constexpr uint32 COUNT = LAST_ROW + 1 - FIRST_TEXT_ROW;
  const uint32 first = sequence_.parameter(0, 1);
  uint32 last = sequence_.parameter(1, COUNT);
  last = last < COUNT ? last : COUNT;
  if (first >= last)
    return;
  top_ = FIRST_TEXT_ROW + first - 1;
  bottom_ = FIRST_TEXT_ROW + last - 1;
  moveTo(0, FIRST_TEXT_ROW);
}

void TerminalGrid::saveCursor()
{
  saved_column_ = column_;
  saved_row_ = row_;
}

void TerminalGrid::restoreCursor()
{
  moveTo(saved_column_, saved_row_);
}

/// As after power-on of a terminal.
void TerminalGrid::reset()
{
  attribute_ = default_attribute_;
  top_ = FIRST_TEXT_ROW;
  bottom_ = LAST_ROW;
  addressed_ = true;
  clear();
}

void TerminalGrid::eraseInLine()
{
  uint32 line = row_ * COLUMNS;
  uint32 mode = sequence_.parameter(0, 0);
  erase(mode == 0 ? line + column_ : line, mode == 1 ? line + column_ + 1 : line + COLUMNS);
}

void TerminalGrid::eraseInScreen()
{
  uint32 mode = sequence_.parameter(0, 0);
  uint32 cursor = row_ * COLUMNS + column_;
  addressed_ = addressed_ || mode == 2;
  erase(mode == 0 ? cursor : FIRST_TEXT_ROW * COLUMNS, mode == 1 ? cursor + 1 : CELLS);
}

void TerminalGrid::selectColours()
{
  constexpr uint32 FOREGROUND = 38; // one of more than 16 colours, with its number (5) or its parts (2) behind it
  constexpr uint32 BACKGROUND = 48;
  for (uint32 index = 0; index < sequence_.count(); ++index)
  {
    const uint32 parameter = sequence_.parameter(index, 0);
    if (parameter == FOREGROUND || parameter == BACKGROUND)
      index += sequence_.parameter(index + 1, 0) == 2 ? 4 : 2;
    else
      selectColour(parameter);
  }
}

void TerminalGrid::selectColour(uint32 parameter)
{
  constexpr uint8 BRIGHT = 0x08;
  uint8 foreground = attribute_ & 0x0F;
  uint8 background = attribute_ >> 4;
  if (parameter == 0)
    attribute_ = default_attribute_;
  else if (parameter == 1)
    attribute_ = attribute(foreground | BRIGHT, background);
  else if (parameter == 22)
    attribute_ = attribute(foreground & ~BRIGHT, background);
  else if (parameter == 7)
    attribute_ = attribute(background, foreground & ~BRIGHT);
  else if (parameter >= 30 && parameter <= 37)
    attribute_ = attribute((foreground & BRIGHT) | swapColourOrder(parameter - 30), background);
  else if (parameter == 39)
    attribute_ = attribute(default_attribute_ & 0x0F, background);
  else if (parameter >= 40 && parameter <= 47)
    attribute_ = attribute(foreground, swapColourOrder(parameter - 40));
  else if (parameter == 49)
    attribute_ = attribute(foreground, default_attribute_ >> 4);
  else if (parameter >= 90 && parameter <= 97)
    attribute_ = attribute(BRIGHT | swapColourOrder(parameter - 90), background);
  else if (parameter >= 100 && parameter <= 107)
    attribute_ = attribute(foreground, BRIGHT | swapColourOrder(parameter - 100));
}
