#include "TerminalGrid.h"

#include "ControlStringFilter.h"
#include "kstring.h"

using namespace screen;

TerminalGrid::TerminalGrid(uint8 attribute) : default_attribute_(attribute), attribute_(attribute)
{
  erase(0, CELLS);
}

void TerminalGrid::write(const char* text, size_t length)
{
  for (size_t index = 0; index < length; ++index)
  {
    uint8 character = static_cast<uint8>(text[index]);
    if (state_ != State::TEXT)
      sequence(character);
    else if (character < ' ' || character == 0x7F)
      control(character);
    else
      put(character);
  }
}

void TerminalGrid::clear()
{
  erase(FIRST_TEXT_ROW * COLUMNS, CELLS);
  moveTo(0, FIRST_TEXT_ROW);
}

void TerminalGrid::present(const ScreenCell* cells, uint32 cursor_column, uint32 cursor_row)
{
  for (uint32 row = 0; row < ROWS; ++row)
  {
    const ScreenCell* source = cells + row * COLUMNS;
    if (memcmp(cells_ + row * COLUMNS, source, COLUMNS * sizeof(ScreenCell)) == 0)
      continue;
    memcpy(cells_ + row * COLUMNS, source, COLUMNS * sizeof(ScreenCell));
    changed_rows_ |= 1u << row;
  }
  bool visible = cursor_column < COLUMNS && cursor_row < ROWS;
  column_ = visible ? cursor_column : 0;
  row_ = visible ? cursor_row : NO_CURSOR;
}

void TerminalGrid::setAttribute(uint8 attribute)
{
  default_attribute_ = attribute;
  attribute_ = attribute;
}

uint32 TerminalGrid::takeChangedRows()
{
  uint32 rows = changed_rows_;
  changed_rows_ = 0;
  return rows;
}

uint32 TerminalGrid::textEnd(uint32 row) const
{
  uint32 end = COLUMNS;
  while (end != 0 && character(cells_[row * COLUMNS + end - 1]) == ' ' &&
         attributeOf(cells_[row * COLUMNS + end - 1]) >> 4 == default_attribute_ >> 4)
    --end;
  return end;
}

void TerminalGrid::put(uint8 character)
{
  if (row_ == NO_CURSOR) // text after a presented screen that hid its cursor
    row_ = LAST_ROW;
  if (wrap_pending_)
  {
    column_ = 0;
    lineFeed();
  }
  cells_[row_ * COLUMNS + column_] = cell(character, attribute_);
  changed_rows_ |= 1u << row_;
  if (column_ + 1 < COLUMNS)
    ++column_;
  else
    wrap_pending_ = true;
}

void TerminalGrid::control(uint8 character)
{
  if (row_ == NO_CURSOR)
    row_ = LAST_ROW;
  switch (character)
  {
  case '\n':
    column_ = 0;
    lineFeed();
    break;
  case '\r':
    column_ = 0;
    wrap_pending_ = false;
    break;
  case '\b':
    back();
    break;
  case '\t':
    do
      put(' ');
    while (column_ % TAB_WIDTH != 0 && !wrap_pending_);
    break;
  case '\033':
    state_ = State::ESCAPE;
    break;
  default: // the rest has no meaning and no picture
    break;
  }
}

void TerminalGrid::lineFeed()
{
  wrap_pending_ = false;
  if (row_ < LAST_ROW)
  {
    ++row_;
    return;
  }
  memmove(cells_ + FIRST_TEXT_ROW * COLUMNS, cells_ + (FIRST_TEXT_ROW + 1) * COLUMNS,
          (LAST_ROW - FIRST_TEXT_ROW) * COLUMNS * sizeof(ScreenCell));
  erase(LAST_ROW * COLUMNS, CELLS);
  changed_rows_ = ALL_ROWS;
}

/// One to the left, and from the first column to the end of the line above: so a program can take back what it wrote,
/// even when it filled more than a row.
void TerminalGrid::back()
{
  if (wrap_pending_)
    wrap_pending_ = false; // the cursor was drawn on the last column, but stood behind it
  else if (column_ != 0)
    --column_;
  else if (row_ > FIRST_TEXT_ROW)
  {
    --row_;
    column_ = COLUMNS - 1;
  }
}

void TerminalGrid::erase(uint32 from, uint32 to)
{
  for (uint32 index = from; index < to; ++index)
  {
    cells_[index] = cell(' ', attribute_);
    changed_rows_ |= 1u << index / COLUMNS;
  }
}

void TerminalGrid::sequence(uint8 character)
{
  if (state_ == State::STRING)
  {
    if (character >= ' ')
      return;
    state_ = State::TEXT; // by BEL, or by what no string contains
    control(character);
  }
  else if (state_ == State::ESCAPE)
  {
    state_ = character == '[' ? State::SEQUENCE : ControlStringFilter::begins(character) ? State::STRING : State::TEXT;
    parameter_count_ = 0;
    parameters_[0] = 0;
    private_sequence_ = false;
  }
  else if (character >= '0' && character <= '9')
  {
    uint32& value = parameters_[parameter_count_];
    value = value < 10000 ? value * 10 + character - '0' : value;
  }
  else if (character == ';')
  {
    if (parameter_count_ + 1 < MAX_PARAMETERS)
      ++parameter_count_;
    parameters_[parameter_count_] = 0;
  }
  else if (character >= '<' && character <= '?')
    private_sequence_ = true;
  else if (character >= '@' && character <= '~')
  {
    state_ = State::TEXT;
    ++parameter_count_;
    if (!private_sequence_)
      finishSequence(character);
  }
}

uint32 TerminalGrid::parameter(uint32 index, uint32 otherwise) const
{
  return index < parameter_count_ && parameters_[index] != 0 ? parameters_[index] : otherwise;
}

void TerminalGrid::finishSequence(uint8 command)
{
  if (row_ == NO_CURSOR)
    row_ = LAST_ROW;
  int64 count = parameter(0, 1);
  switch (command)
  {
  case 'A':
    return moveTo(column_, row_ - count);
  case 'B':
    return moveTo(column_, row_ + count);
  case 'C':
    return moveTo(column_ + count, row_);
  case 'D':
    return moveTo(column_ - count, row_);
  case 'G':
    return moveTo(count - 1, row_);
  case 'H':
  case 'f':
    return moveTo(parameter(1, 1) - 1, FIRST_TEXT_ROW + count - 1);
  case 'J':
    return eraseInScreen();
  case 'K':
    return eraseInLine();
  case 'm':
    return selectColours();
  default: // not understood: swallowed, as terminals do
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

void TerminalGrid::eraseInLine()
{
  uint32 line = row_ * COLUMNS;
  uint32 mode = parameter(0, 0);
  erase(mode == 0 ? line + column_ : line, mode == 1 ? line + column_ + 1 : line + COLUMNS);
}

void TerminalGrid::eraseInScreen()
{
  uint32 mode = parameter(0, 0);
  uint32 cursor = row_ * COLUMNS + column_;
  erase(mode == 0 ? cursor : FIRST_TEXT_ROW * COLUMNS, mode == 1 ? cursor + 1 : CELLS);
}

void TerminalGrid::selectColours()
{
  for (uint32 index = 0; index < parameter_count_; ++index)
    selectColour(parameters_[index]);
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
