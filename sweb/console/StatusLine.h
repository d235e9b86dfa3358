#pragma once

#include "types.h"

/// Row 0 of the VGA screen: a heart beat that turns as long as the timer ticks (it rests while the CPU does), the free
/// pages, and what the function keys do. Drawn by the timer interrupt, so it goes on when all threads hang.
class StatusLine
{
public:
  /// The bit of its row in a set of rows.
  static constexpr uint32 ROW_BIT = 1;

  /// Draws or leaves the row alone from now on (a guest's screen covers it).
  static void show(bool visible);

  /// For the timer interrupt, each tick.
  static void tick();

  /// The ticks pause: shows what will be true for a while.
  static void refresh();

  StatusLine() = delete;

private:
  static void draw();
  static void put(uint32 column, char character);

  static bool visible_;
  static bool drawn_;
  static uint64 beat_; ///< the last one drawn
};
