#include "TerminalGrid.h"

#include "CodePage437.h"
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
    const uint8 byte = static_cast<uint8>(text[index]);
    uint32 character;
    bool again = true;
    if (byte < 0x80 && !decoder_.isPending())
      take(byte);
    else
      while (again && decoder_.decode(byte, character, again))
        take(character);
  }
}

void TerminalGrid::take(uint32 character)
{
  if (sequence_.isUnderWay())
    switch (sequence_.take(character < 0x80 ? static_cast<uint8>(character) : 0x7F))
    {
    case EscapeSequence::Kind::ESCAPE:
      return escape(sequence_.command());
    case EscapeSequence::Kind::CONTROL:
      return sequence_.isPrivate() ? privateSequence(sequence_.command()) : controlSequence(sequence_.command());
    case EscapeSequence::Kind::CUT:
      break;
    default:
      return;
    }
  if (character < ' ')
    control(static_cast<uint8>(character));
  else if (character < 0x7F || character >= 0xA0) // between them are only controls
    put(character);
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
  memset(others_, 0, sizeof(others_));
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

uint32 TerminalGrid::character(uint32 column, uint32 row) const
{
  const uint32 index = row * COLUMNS + column;
  const uint32 other = others_[index];
  if (other == 0)
    return code_page_437::toUnicode(screen::character(cells_[index]));
  if (other != SECOND_HALF)
    return other;
  return column != 0 && utf8::width(others_[index - 1]) == 2 ? 0 : ' ';
}

uint32 TerminalGrid::textEnd(uint32 row) const
{
  uint32 end = COLUMNS;
  while (end != 0 && screen::character(cells_[row * COLUMNS + end - 1]) == ' ' &&
         attributeOf(cells_[row * COLUMNS + end - 1]) >> 4 == default_attribute_ >> 4)
    --end;
  return end;
}

void TerminalGrid::put(uint32 character)
{
  const uint32 width = utf8::width(character);
  if (width == 0)
    return;
  startRow();
  if (wrap_pending_ || column_ + width > COLUMNS)
  {
    column_ = 0;
    lineFeed();
  }
  store(column_, character);
  if (width == 2)
    store(column_ + 1, SECOND_HALF);
  changed_rows_ |= 1u << row_;
  wrap_pending_ = column_ + width == COLUMNS;
  column_ = wrap_pending_ ? COLUMNS - 1 : column_ + width;
}

void TerminalGrid::store(uint32 column, uint32 character)
{
  const uint32 index = row_ * COLUMNS + column;
  const uint8 code = character == SECOND_HALF ? ' ' : code_page_437::fromUnicode(character);
  cells_[index] = cell(code, attribute_);
  others_[index] = code_page_437::toUnicode(code) == character ? 0 : character;
}

/// Text after a presented screen that hid its cursor begins in the bottom row.
void TerminalGrid::startRow()
{
  if (row_ == NO_CURSOR)
    row_ = LAST_ROW;
}

void TerminalGrid::control(uint8 character)
{
  startRow();
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
    sequence_.begin();
    break;
  default: // the rest has no meaning and no picture
    break;
  }
}

void TerminalGrid::lineFeed()
{
  wrap_pending_ = false;
  if (row_ == bottom_)
    moveRowsUp(top_, 1);
  else if (row_ < LAST_ROW)
    ++row_;
}

void TerminalGrid::reverseLineFeed()
{
  wrap_pending_ = false;
  if (row_ == top_)
    moveRowsDown(top_, 1);
  else if (row_ > FIRST_TEXT_ROW)
    --row_;
}

void TerminalGrid::moveRowsUp(uint32 first, uint32 lines)
{
  const uint32 count = bottom_ + 1 - first;
  lines = lines < count ? lines : count;
  const uint32 to = first * COLUMNS;
  const uint32 from = (first + lines) * COLUMNS;
  const uint32 moved = (count - lines) * COLUMNS;
  memmove(cells_ + to, cells_ + from, moved * sizeof(cells_[0]));
  memmove(others_ + to, others_ + from, moved * sizeof(others_[0]));
  for (uint32 row = first; row <= bottom_; ++row)
    changed_rows_ |= 1u << row;
  erase(to + moved, (bottom_ + 1) * COLUMNS);
}

void TerminalGrid::moveRowsDown(uint32 first, uint32 lines)
{
  const uint32 count = bottom_ + 1 - first;
  lines = lines < count ? lines : count;
  const uint32 from = first * COLUMNS;
  const uint32 to = (first + lines) * COLUMNS;
  const uint32 moved = (count - lines) * COLUMNS;
  memmove(cells_ + to, cells_ + from, moved * sizeof(cells_[0]));
  memmove(others_ + to, others_ + from, moved * sizeof(others_[0]));
  for (uint32 row = first; row <= bottom_; ++row)
    changed_rows_ |= 1u << row;
  erase(from, to);
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
    others_[index] = 0;
    changed_rows_ |= 1u << index / COLUMNS;
  }
}
