#include "AnsiScreenWriter.h"

#include "CodePage437.h"
#include "TerminalGrid.h"
#include "Utf8.h"
#include "kformat.h"
#include "kstring.h"

using namespace screen;

namespace
{
constexpr uint8 NORMAL = screen::attribute(LIGHT_GREY, BLACK);

constexpr uint8 BACKGROUND = 0xF0;

/// The colour of the character does not matter where there is none to be seen.
ScreenCell visible(ScreenCell cell)
{
  bool blank = character(cell) == ' ' || character(cell) == '\0';
  return blank ? screen::cell(' ', (attributeOf(cell) & BACKGROUND) | (NORMAL & ~BACKGROUND)) : cell;
}

/// Fewer changed rows are sent as they are.
constexpr int MIN_ROWS_TO_SCROLL = 4;

constexpr uint32 ALL_ROWS = (1u << ROWS) - 1;

/// For each row of two screens one number: rows with different numbers differ, rows with the same are probably the
/// same.
struct RowNumbers
{
  uint32 rows;
  uint32 wanted[ROWS];
  uint32 shown[ROWS];

  /// How many rows are right after the terminal has scrolled those from `first` on up by `lines`.
  uint32 rowsRight(uint32 first, uint32 lines) const
  {
    uint32 count = 0;
    for (uint32 row = 0; row < first; ++row)
      count += wanted[row] == shown[row];
    for (uint32 row = first; row + lines < rows; ++row)
      count += wanted[row] == shown[row + lines];
    return count;
  }
};

/// The SGR parameter of one of 16 colours: eight from `normal` on, and eight bright ones 60 further.
uint32 colourParameter(uint8 colour, uint32 normal)
{
  constexpr uint32 BRIGHT = 60;
  uint32 number = swapColourOrder(colour);
  return number < 8 ? normal + number : normal + BRIGHT + number - 8;
}

/// FNV-1a, by cells in place of bytes.
uint32 addCell(uint32 number, ScreenCell cell)
{
  return (number ^ cell) * 16777619u;
}
} // namespace

void AnsiScreenWriter::text(const char* string)
{
  sink_.write(string, strlen(string));
}

void AnsiScreenWriter::repaint(const TerminalGrid& grid)
{
  beginRedraw();
  takeOver();
  setColours(NORMAL);
  text("\033[2J\033[H");
  column_ = 0;
  row_ = 0;
  for (ScreenCell& cell : shown_)
    cell = screen::cell(' ', NORMAL);
  if (grid.cursorRow() != NO_CURSOR)
    view_.follow(grid.cursorColumn(), grid.cursorRow());
  draw(grid, ALL_ROWS);
  endRedraw();
}

void AnsiScreenWriter::update(const TerminalGrid& grid, uint32 rows)
{
  if (grid.cursorRow() != NO_CURSOR && view_.follow(grid.cursorColumn(), grid.cursorRow()))
    rows = ALL_ROWS;
  if (__builtin_popcount(rows) >= MIN_ROWS_TO_SCROLL && scroll(grid))
    rows = ALL_ROWS;
  draw(grid, rows);
}

void AnsiScreenWriter::draw(const TerminalGrid& grid, uint32 rows)
{
  for (uint32 row = 0; row < view_.rows(); ++row)
    if ((rows >> (view_.top() + row) & 1) != 0)
      for (uint32 column = 0; column < view_.columns(); ++column)
        cell(column, row, wanted(grid, column, row));

  bool cursor = grid.cursorRow() != NO_CURSOR;
  if (cursor)
    moveTo(grid.cursorColumn() - view_.left(), grid.cursorRow() - view_.top());
  showCursor(cursor);
}

ScreenCell AnsiScreenWriter::wanted(const TerminalGrid& grid, uint32 column, uint32 row) const
{
  return visible(grid.row(view_.top() + row)[view_.left() + column]);
}

bool AnsiScreenWriter::scroll(const TerminalGrid& grid)
{
  RowNumbers numbers{.rows = view_.rows(), .wanted = {}, .shown = {}};
  for (uint32 row = 0; row < view_.rows(); ++row)
    for (uint32 column = 0; column < view_.columns(); ++column)
    {
      numbers.wanted[row] = addCell(numbers.wanted[row], wanted(grid, column, row));
      numbers.shown[row] = addCell(numbers.shown[row], shown_[row * COLUMNS + column]);
    }

  uint32 best = numbers.rowsRight(0, 0) + 1; // scrolling itself costs about a row
  uint32 best_first = 0;
  uint32 best_lines = 0;
  // The whole screen, or, as SWEB itself, all but a status line.
  for (uint32 first = 0; first <= 1; ++first)
    for (uint32 lines = 1; lines < view_.rows() - first; ++lines)
      if (uint32 right = numbers.rowsRight(first, lines); right > best)
      {
        best = right;
        best_first = first;
        best_lines = lines;
      }
  if (best_lines == 0)
    return false;

  // Every terminal scrolls at a line feed in the last row of its scrolling region; CSI S is unknown to several.
  kformat(sink_, "\033[%u;%ur\033[%u;1H", best_first + 1, view_.rows(), view_.rows());
  for (uint32 line = 0; line < best_lines; ++line)
    text("\n");
  text("\033[r");
  // Terminals differ about the colour of the rows that became free, and where the cursor is now.
  column_ = UNKNOWN;
  moveTo(0, view_.rows() - best_lines);
  setColours(NORMAL);
  text("\033[J");
  memmove(shown_ + best_first * COLUMNS, shown_ + (best_first + best_lines) * COLUMNS,
          (view_.rows() - best_first - best_lines) * COLUMNS * sizeof(ScreenCell));
  for (uint32 index = (view_.rows() - best_lines) * COLUMNS; index < view_.rows() * COLUMNS; ++index)
    shown_[index] = screen::cell(' ', NORMAL);
  return true;
}

void AnsiScreenWriter::cell(uint32 column, uint32 row, ScreenCell cell)
{
  ScreenCell& shown = shown_[row * COLUMNS + column];
  if (shown == cell)
    return;
  shown = cell;
  moveTo(column, row);
  if (!fitsColours(cell))
    setColours(attributeOf(cell));
  character(code_page_437::toUnicode(screen::character(cell)));
  // In the last column terminals differ about where the cursor is then.
  column_ = column + 1 < view_.columns() ? column + 1 : UNKNOWN;
}

void AnsiScreenWriter::moveTo(uint32 column, uint32 row)
{
  if (row == row_ && column_ <= column && printUpTo(column))
    return;
  kformat(sink_, "\033[%u;%uH", row + 1, column + 1);
  column_ = column;
  row_ = row;
}

bool AnsiScreenWriter::printUpTo(uint32 column)
{
  constexpr uint32 LENGTH_OF_A_MOVE = 7;
  const ScreenCell* row = shown_ + row_ * COLUMNS;
  if (column - column_ > LENGTH_OF_A_MOVE)
    return false;
  for (uint32 index = column_; index < column; ++index)
    if (!fitsColours(row[index]))
      return false;
  for (; column_ < column; ++column_)
    character(code_page_437::toUnicode(screen::character(row[column_])));
  return true;
}

bool AnsiScreenWriter::fitsColours(ScreenCell cell) const
{
  if (screen::character(cell) != ' ' || attribute_ >= OWN_COLOURS)
    return attributeOf(cell) == attribute_;
  return (attributeOf(cell) & BACKGROUND) == (attribute_ & BACKGROUND);
}

void AnsiScreenWriter::setColours(uint8 attribute)
{
  if (attribute == attribute_)
    return;
  attribute_ = attribute;
  kformat(sink_, "\033[0;%u;%um", colourParameter(attribute & 0x0F, 30), colourParameter(attribute >> 4, 40));
}

void AnsiScreenWriter::useOwnColours()
{
  if (attribute_ == OWN_COLOURS)
    return;
  attribute_ = OWN_COLOURS;
  text("\033[0m");
}

void AnsiScreenWriter::character(uint32 character)
{
  char bytes[utf8::MAX_LENGTH];
  sink_.write(bytes, utf8::encode(character, bytes));
}

void AnsiScreenWriter::beginRedraw()
{
  text("\033[?2026h");
}

void AnsiScreenWriter::title(const char* title)
{
  text("\033]2;");
  for (; *title != '\0'; ++title)
    sink_.write(*title >= ' ' && *title <= '~' ? title : "?", 1);
  text("\a");
}

void AnsiScreenWriter::endRedraw()
{
  text("\033[?2026l");
}

void AnsiScreenWriter::showCursor(bool show)
{
  if (show == cursor_shown_)
    return;
  cursor_shown_ = show;
  text(show ? "\033[?25h" : "\033[?25l");
}

void AnsiScreenWriter::takeOver()
{
  // Out of any sequence that was cut; main screen; no margins; automatic wrap; usual keys and characters; a cursor.
  text("\033[?1049l\033[r\033[?7h\033[?1l\033>\033(B\033[?25h");
  cursor_shown_ = true;
  attribute_ = UNKNOWN;
  column_ = UNKNOWN;
  row_ = UNKNOWN;
}

void AnsiScreenWriter::printLines(const TerminalGrid& grid)
{
  beginRedraw();
  takeOver();
  useOwnColours();
  text("\033[2J\033[H");
  const bool cursor = grid.cursorRow() != NO_CURSOR;
  const uint32 cursor_row = cursor ? grid.cursorRow() : TerminalGrid::LAST_ROW;
  uint32 first = TerminalGrid::FIRST_TEXT_ROW;
  while (!grid.isAddressed() && first < cursor_row && grid.textEnd(first) == 0)
    ++first;
  uint32 last = TerminalGrid::LAST_ROW;
  while (last > cursor_row && grid.textEnd(last) == 0)
    --last;

  uint32 end = 0;
  for (uint32 row = first; row <= last; ++row)
  {
    if (row != first)
      text("\r\n");
    const bool up_to_cursor = row == cursor_row && cursor && grid.textEnd(row) < grid.cursorColumn();
    end = up_to_cursor ? grid.cursorColumn() : grid.textEnd(row);
    printLine(grid, row, end);
  }
  if (cursor)
    moveBack(grid, last, end);
  release();
  endRedraw();
}

void AnsiScreenWriter::printLine(const TerminalGrid& grid, uint32 row, uint32 end)
{
  for (uint32 column = 0; column < end; ++column)
  {
    const ScreenCell cell = grid.row(row)[column];
    if (attributeOf(cell) == grid.defaultAttribute())
      useOwnColours();
    else
      setColours(attributeOf(cell));
    if (const uint32 shown = grid.character(column, row); shown != 0)
      character(shown);
  }
}

/// From behind `column` cells of row `row` to where the grid's cursor is. Movements are relative: the text may have
/// scrolled.
void AnsiScreenWriter::moveBack(const TerminalGrid& grid, uint32 row, uint32 column)
{
  if (row != grid.cursorRow())
    kformat(sink_, "\033[%uA\r", row - grid.cursorRow());
  if (row != grid.cursorRow() && grid.cursorColumn() != 0)
    kformat(sink_, "\033[%uC", grid.cursorColumn());
  if (row == grid.cursorRow() && grid.cursorColumn() < column)
    kformat(sink_, "\033[%uD", column - grid.cursorColumn());
}

void AnsiScreenWriter::release()
{
  useOwnColours();
  showCursor(true);
  column_ = UNKNOWN;
  row_ = UNKNOWN;
}
