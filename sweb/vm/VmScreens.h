#pragma once

#include "types.h"

class VmConsole;

/// Looks at the screens of guests that have run, at most PICTURES_PER_SECOND times, and shows them on their terminals:
/// one thread for all guests, which lives as long as the kernel.
class VmScreens
{
public:
  static constexpr uint64 PICTURES_PER_SECOND = 25;

  /// Before the first program: what lives as long as the kernel must not look like pages that a guest never gave back.
  static void startThread();

  // ---- for the VcpuThreads

  static void watch(VmConsole& console);
  /// Shows the last picture. When it returns, nobody looks any more. Harmless for a console that nobody watches. Takes
  /// as long as the consoles that show this guest; the caller holds no lock.
  static void unwatch(VmConsole& console);
  /// One of the guests has run.
  static void wake();

private:
  class ScreenThread;

  static void showPictures();
  static void beginRound();
  [[nodiscard]] static VmConsole* nextTurn();
  [[nodiscard]] static bool takeOut(VmConsole& console);
};
