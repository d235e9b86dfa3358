#pragma once

#include "types.h"

/// The registers of a VGA in text mode; its memory is ArchCommon::getFBPtr(). Callable in any context, by one user.
class VgaText
{
public:
  /// Shows the hardware cursor as an underline at a cell (80 a row), counted from the upper left corner.
  static void showCursor(uint32 cell);

  static void hideCursor();

  /// Lets bit 7 of an attribute be a bright background instead of blinking.
  static void disableBlinking();

  VgaText() = delete;
};
