#pragma once

#include "ScreenCell.h"
#include "types.h"

/// The 80x25 cells of a terminal, and what text does to them: the control characters \n \r \b \t, and the ANSI
/// sequences for colours, cursor movement and erasing that programs use. Knows no lock, no thread and no device.
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

  /// One bit a row that changed since the last call.
  uint32 takeChangedRows();

  /// The column where the text of `row` ends: one more than that of the last cell which is no blank.
  uint32 textEnd(uint32 row) const;

private:
  enum class State : uint8
  {
    TEXT,
    ESCAPE,
    SEQUENCE,
    STRING ///< of a kind that means nothing here, such as a title
  };

  static constexpr uint32 MAX_PARAMETERS = 8;
  static constexpr uint32 ALL_ROWS = (1u << screen::ROWS) - 1;
  static constexpr uint32 TAB_WIDTH = 8;

  void put(uint8 character);
  void control(uint8 character);
  void lineFeed();
  void back();
  void erase(uint32 from, uint32 to);

  void sequence(uint8 character);
  void finishSequence(uint8 command);
  void moveTo(int64 column, int64 row);
  void eraseInLine();
  void eraseInScreen();
  void selectColours();
  void selectColour(uint32 parameter);

  /// The parameter at `index`, or `otherwise` when it is missing or 0.
  uint32 parameter(uint32 index, uint32 otherwise) const;

  ScreenCell cells_[screen::CELLS];
  uint32 changed_rows_ = ALL_ROWS;
  uint32 column_ = 0;
  uint32 row_ = LAST_ROW;
  /// A character was put into the last column: the next one goes to the following line. Until then \n and \b see the
  /// cursor in this line, as on every terminal.
  bool wrap_pending_ = false;
  uint8 default_attribute_;
  uint8 attribute_;

  State state_ = State::TEXT;
  bool private_sequence_ = false;
  uint32 parameter_count_ = 0;
  uint32 parameters_[MAX_PARAMETERS];
};
