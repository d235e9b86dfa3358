#pragma once

#include "ScreenCell.h"
#include "types.h"

/// The part of a screen that a terminal shows: all of it, or, where the terminal is smaller, the part with the cursor.
/// The part moves by half the terminal's size, so that text which is being written does not move with every character.
class ScreenView
{
public:
  void resize(uint32 columns, uint32 rows)
  {
    columns_ = within(columns, screen::COLUMNS);
    rows_ = within(rows, screen::ROWS);
    left_ = 0;
    top_ = 0;
  }

  /// True when another part is shown now.
  bool follow(uint32 column, uint32 row)
  {
    const uint32 left = start(column, columns_, screen::COLUMNS);
    const uint32 top = start(row, rows_, screen::ROWS);
    const bool moved = left != left_ || top != top_;
    left_ = left;
    top_ = top;
    return moved;
  }

  [[nodiscard]] uint32 columns() const { return columns_; }
  [[nodiscard]] uint32 rows() const { return rows_; }
  [[nodiscard]] uint32 left() const { return left_; }
  [[nodiscard]] uint32 top() const { return top_; }

private:
  static constexpr uint32 within(uint32 size, uint32 all) { return size == 0 ? 1 : size < all ? size : all; }

  static constexpr uint32 start(uint32 cursor, uint32 shown, uint32 all)
  {
    if (cursor < shown)
      return 0;
    const uint32 step = (shown + 1) / 2;
    const uint32 first = (cursor - shown) / step * step + step;
    return first < all - shown ? first : all - shown;
  }

  uint32 columns_ = screen::COLUMNS;
  uint32 rows_ = screen::ROWS;
  uint32 left_ = 0;
  uint32 top_ = 0;
};
