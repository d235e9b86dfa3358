#pragma once

#include "Console.h"
#include "HeldKeys.h"
#include "ScancodeDecoder.h"
#include "ScreenCell.h"

/// The VGA text screen (80x25) with the PC keyboard. Row 0 is the status line, unless a guest's screen is shown.
class TextConsole final : public Console
{
public:
  TextConsole();

  /// Prints whatever the state of the system is; for a panic.
  static void writeEmergency(const char* text, size_t length);

private:
  void Run() override;

  void showText(const TerminalGrid& grid, const char* text, size_t length, uint32 changed_rows) override;
  void showGuest(const TerminalGrid& grid, uint32 changed_rows) override;
  void repaint(const TerminalGrid& grid, bool guest) override;
  void emergency(const char* text, size_t length) override { writeEmergency(text, length); }
  void enableInput() override;
  void releaseHeldKeys(TerminalInput& input) override;

  static void copyRows(const TerminalGrid& grid, uint32 rows);
  void handleScancode(uint8 scancode);

  /// Sends a scancode, or the key it completed, to whoever takes raw input.
  void forward(TerminalInput& input, uint8 scancode, const Key* key);

  ScancodeDecoder decoder_;
  HeldKeys held_keys_;
};
