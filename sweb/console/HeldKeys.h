#pragma once

#include "types.h"

/// Follows a stream of scancodes (set 1) to its receiver and remembers which keys are down there, so that they can be
/// released when the stream goes elsewhere.
class HeldKeys
{
public:
  /// Longest answer of pass().
  static constexpr uint32 MAX_LENGTH = 2;

  /// Takes a byte of the keyboard and writes the bytes to forward; returns their number. A prefix waits for its key;
  /// the release of a key whose press the receiver did not see is swallowed.
  uint32 pass(uint8 scancode, uint8 (&bytes)[MAX_LENGTH]);

  /// Forgets a prefix whose key the receiver shall not see.
  void swallow() { extended_ = false; }

  /// Writes the release of one key that is still down; returns the number of bytes, 0 when there is none (left).
  uint32 release(uint8 (&bytes)[MAX_LENGTH]);

private:
  static constexpr uint32 KEYS = 128;

  uint64 down_[2][KEYS / 64] = {}; ///< without and with prefix
  bool extended_ = false;
};
