#pragma once

#include "types.h"

/// How much CPU time a thread may still use before all others that are ready come first, by deficit round robin: a turn
/// is added whenever it queues up behind them, what it uses is taken away, and what it used too much it owes the next
/// time. So nobody gains by sleeping when the timer ticks, or by being woken often.
class CpuCredit
{
public:
  /// Nanoseconds of a turn; the timer should tick as often.
  static constexpr int64 TURN = 4'000'000;

  /// The thread queues up behind the others. A remainder that was too short to run on is not lost.
  void refill() { left_ = left_ < TURN / 2 ? left_ + TURN : TURN + TURN / 2; }

  /// The thread has run for so many nanoseconds.
  void spend(uint64 nanoseconds)
  {
    left_ -= nanoseconds < DEBT_LIMIT ? static_cast<int64>(nanoseconds) : DEBT_LIMIT;
    if (left_ < -DEBT_LIMIT)
      left_ = -DEBT_LIMIT;
  }

  /// The thread may go first when it is woken, and run when it is its turn.
  [[nodiscard]] bool isLeft() const { return left_ > 0; }

  /// The thread may run until the next tick, which ends its turn to the nearest one.
  [[nodiscard]] bool isEnoughForATick() const { return left_ >= TURN / 2; }

private:
  /// Nobody owes more: paying it back takes a round of the queue for each turn.
  static constexpr int64 DEBT_LIMIT = 64 * TURN;

  int64 left_ = TURN;
};
