#pragma once

#include "EscapeSequence.h"
#include "ScreenCell.h"
#include "Utf8.h"
#include "types.h"

/// The 80x25 cells of a terminal, and what text does to them: UTF-8, the control characters \n \r \b \t, and the escape
/// sequences of a VT102 that programs use: colours, cursor movement, erasing, inserting and deleting, scrolling
/// regions. Others are swallowed. There are no tab stops to set, no character sets, and one screen: a change to the
/// alternate screen and back empties it. Marks that combine with the character before are left out. Knows no lock, no
/// thread and no device.
///
/// Text lives in rows 1 to 24: the consoles keep row 0 for the status line. It starts in the bottom row and scrolls up
/// from there.
class TerminalGrid
{
public:
  static constexpr uint32 FIRST_TEXT_ROW = 1;
  static constexpr uint32 LAST_ROW = screen::ROWS - 1;

  explicit TerminalGrid(uint8 attribute);

  /// Interprets `length` bytes.
  void write(const char* text, size_t length);

  /// Empties the text rows; the cursor goes to the first of them.
  void clear();

  /// Replaces the whole picture, row 0 included, by that of another screen.
  void present(const ScreenCell* cells, uint32 cursor_column, uint32 cursor_row);

  /// The colours of what is written from now on, until an ANSI sequence changes them; "reset" returns to these.
  void setAttribute(uint8 attribute);

  uint8 defaultAttribute() const { return default_attribute_; }
  const ScreenCell* row(uint32 row) const { return cells_ + row * screen::COLUMNS; }

  /// NO_CURSOR in the row when there is none to be seen.
  uint32 cursorColumn() const { return column_; }
  uint32 cursorRow() const { return row_; }

  /// The character at a place, 0 for the second column of a wide one.
  uint32 character(uint32 column, uint32 row) const;

  /// A program has placed the cursor by its row: where the text stands on the screen matters, not only its order.
  bool isAddressed() const { return addressed_; }

  /// One bit a row that changed since the last call.
  uint32 takeChangedRows();

  /// The column where the text of `row` ends: one more than that of the last cell which is no blank.
  uint32 textEnd(uint32 row) const;

private:
  static constexpr uint32 ALL_ROWS = (1u << screen::ROWS) - 1;
  static constexpr uint32 TAB_WIDTH = 8;

  /// In place of a character: the one to the left takes this column, too.
  static constexpr uint32 SECOND_HALF = ~0u;

  void take(uint32 character);
  void put(uint32 character);
  void store(uint32 column, uint32 character);
  void control(uint8 character);
  void startRow();
  void lineFeed();
  void reverseLineFeed();
  void back();
  void erase(uint32 from, uint32 to);

  /// Moves the rows from `first` to the bottom margin up or down, with blanks behind them.
  void moveRowsUp(uint32 first, uint32 lines);
  void moveRowsDown(uint32 first, uint32 lines);

  void escape(uint8 command);
  void controlSequence(uint8 command);
  void privateSequence(uint8 command);
  void editRow(uint8 command);
  void moveTo(int64 column, int64 row);
  void moveBy(int64 columns, int64 rows);
  void eraseInLine();
  void eraseInScreen();
  void setMargins();
  void saveCursor();
  void restoreCursor();
  void reset();
  void selectColours();
  void selectColour(uint32 parameter);

  ScreenCell cells_[screen::CELLS];
  /// Of a character that code page 437 does not have, the character; 0 for all others.
  uint32 others_[screen::CELLS] = {};
  uint32 changed_rows_ = ALL_ROWS;
  uint32 column_ = 0;
  uint32 row_ = LAST_ROW;
  /// A character was put into the last column: the next one goes to the following line. Until then \n and \b see the
  /// cursor in this line, as on every terminal.
  bool wrap_pending_ = false;
  bool addressed_ = false;
  uint8 default_attribute_;
  uint8 attribute_;
  uint32 top_ = FIRST_TEXT_ROW; ///< the margins between which lines scroll
  uint32 bottom_ = LAST_ROW;
  uint32 saved_column_ = 0;
  uint32 saved_row_ = FIRST_TEXT_ROW;

  EscapeSequence sequence_;
  Utf8Decoder decoder_;
};
