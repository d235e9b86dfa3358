#pragma once

struct Key;

/// What F9 to F12 print on the debug output: memory, locks, stacks, threads. For console threads.
class KeyDumps
{
public:
  /// Obeys `key` if it is one of them.
  static bool obey(const Key& key);

  KeyDumps() = delete;
};
