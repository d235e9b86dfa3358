#pragma once

#include "FormatSink.h"
#include "ScreenCell.h"
#include "ScreenView.h"
#include "types.h"

class TerminalGrid;

/// Keeps the screen of an ANSI terminal equal to a grid, with few bytes: it remembers what the terminal shows and sends
/// only the cells that differ.
class AnsiScreenWriter
{
public:
  explicit AnsiScreenWriter(FormatSink& sink) : sink_(sink) {}

  /// Of the terminal; 80 and 25 until then. On a smaller one the part of the screen with the cursor is shown. What is
  /// sent next must be a repaint() or printLines().
  void resize(uint32 columns, uint32 rows) { view_.resize(columns, rows); }

  /// A row does not fit, so a stream of text, which takes 80 columns for granted, cannot be sent as it is.
  [[nodiscard]] bool isNarrow() const { return view_.columns() < screen::COLUMNS; }

  /// Clears the terminal and draws all rows.
  void repaint(const TerminalGrid& grid);

  /// Sends the differences in the rows given (bit n is row n), and the cursor.
  void update(const TerminalGrid& grid, uint32 rows);

  /// Clears the terminal and prints the text of a grid as lines; the terminal's cursor stands where the grid's does. So
  /// the text can go on as a stream, on a terminal of any height.
  void printLines(const TerminalGrid& grid);

  /// From here on a redraw is under way, up to the end of the next repaint() or printLines(). In synchronized output
  /// (DEC private mode 2026) a terminal that knows it shows the new screen when it is complete, and a program that
  /// reads the line knows when that is. Other terminals ignore it.
  void beginRedraw();

  /// Gives the terminal emulator's window a title.
  void title(const char* title);

  /// Puts the terminal into its usual state: default colours, cursor shown. Then it is free for a stream of text.
  void release();

private:
  static constexpr uint32 UNKNOWN = ~0u;
  static constexpr uint32 OWN_COLOURS = ~1u; ///< whatever the user's terminal has for text

  /// Lets the terminal scroll when that brings most of the changed rows to their place. False when it does not.
  bool scroll(const TerminalGrid& grid);

  /// Sends the differences in the rows given, and the cursor.
  void draw(const TerminalGrid& grid, uint32 rows);

  /// Puts the terminal into a known state, whatever a guest's or a program's own sequences left it in.
  void takeOver();

  void printLine(const TerminalGrid& grid, uint32 row, uint32 end);
  void moveBack(const TerminalGrid& grid, uint32 row, uint32 column);

  /// What a place of the terminal shall show.
  ScreenCell wanted(const TerminalGrid& grid, uint32 column, uint32 row) const;
  void cell(uint32 column, uint32 row, ScreenCell cell);
  void moveTo(uint32 column, uint32 row);

  /// Prints the cells up to `column` once more, when they are few and need no other colours: shorter than moving there.
  bool printUpTo(uint32 column);
  void setColours(uint8 attribute);

  /// True when the terminal's present colours make the cell look right.
  bool fitsColours(ScreenCell cell) const;
  void useOwnColours();

  void endRedraw();
  void character(uint32 character);
  void showCursor(bool show);
  void text(const char* string);

  FormatSink& sink_;
  ScreenView view_;
  ScreenCell shown_[screen::CELLS]; ///< by places of the terminal; as far as it can be seen: blanks have one colour
  uint32 column_ = UNKNOWN;         ///< where the terminal's cursor is
  uint32 row_ = UNKNOWN;
  uint32 attribute_ = UNKNOWN;
  bool cursor_shown_ = true;
};
