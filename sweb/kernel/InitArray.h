#pragma once

/// The constructors of global objects. Most globals are constant-initialised and need none; those that do may use the
/// heap.
class InitArray
{
public:
  /// Runs all of them, once.
  static void runConstructors();

  InitArray() = delete;
};
