#pragma once

#include "AnsiInputParser.h"
#include "AnsiScreenWriter.h"
#include "Console.h"
#include "ControlStringFilter.h"
#include "FormatSink.h"
#include "SizeReport.h"

class SerialPort;

/// A console on a serial line, for a terminal emulator (ANSI, UTF-8) at its other end.
///
/// A terminal's text goes out as the plain stream it is, only with CR before LF; a guest's screen goes out as ANSI
/// sequences for the cells that change; turning to another terminal draws it anew. Keys come as bytes and escape
/// sequences. Ctrl-A is the prefix for this console itself: 1 to 9 selects a terminal, n and p the next and the
/// previous one, d detaches from a guest, and a second Ctrl-A (or a) is Ctrl-A.
///
/// On a terminal with fewer than 25 rows or 80 columns a guest's screen is the part with the cursor; with fewer than 80
/// columns text is shown so, too. Its size is asked for at first and with each turn to another terminal; whatever is at
/// the other end may also report changes by itself. One that never reports has 80 columns and 25 rows.
///
/// The title of the terminal emulator's window is the name of the terminal shown, so that a person, or a program that
/// reads the line, knows which machine this is.
class SerialConsole final : public Console
{
public:
  /// The console of the first serial port; null when the machine has none.
  [[nodiscard]] static SerialConsole* detect();

  /// Prints before there is any console; for a panic.
  static void writeEarly(const char* text, size_t length);

private:
  /// Collects what one change of the screen sends, so that it goes out in long writes.
  class Output final : public FormatSink
  {
  public:
    explicit Output(SerialPort& port) : port_(port) {}
    void write(const char* text, size_t length) override;
    void flush();

  private:
    static constexpr size_t SIZE = 512;

    SerialPort& port_;
    size_t used_ = 0;
    char buffer_[SIZE];
  };

  static constexpr uint8 PREFIX = 'A' & 0x1F;

  explicit SerialConsole(SerialPort& port);

  void Run() override;

  void showText(const TerminalGrid& grid, const char* text, size_t length, uint32 changed_rows) override;
  void showGuest(const TerminalGrid& grid, uint32 changed_rows) override;
  void turnTo(const char* name) override;
  void repaint(const TerminalGrid& grid, bool guest) override;
  void emergency(const char* text, size_t length) override;
  void drain() override;
  void enableInput() override;

  /// The next byte received, which is no part of a report.
  void take(uint8 byte);

  /// Nothing has followed a byte that may begin a sequence.
  void handleTimeout();

  void askForSize();

  /// The terminal has this size now.
  void resize(uint32 columns, uint32 rows);

  /// Whether a byte is for this console itself.
  static bool isCommand(uint8 byte);

  /// Waits until whoever takes the input raw has room for a key. Meanwhile a long paste waits in the port, and on the
  /// line. Not from a guest that has not listened for long: what it does not take is lost, so that the user gets away.
  void waitForRoom();

  /// Whether a key would be lost.
  [[nodiscard]] bool isJammed();

  void handleByte(uint8 byte);
  void handleCommand(uint8 byte);
  void handleInput(uint8 byte);
  void handleKey(const Key& key);

  /// Selects the next terminal that exists, forwards (1) or backwards (-1).
  void selectNeighbour(int32 step);

  SerialPort& port_;
  Output output_;
  AnsiScreenWriter writer_;
  uint32 columns_ = screen::COLUMNS; ///< of the terminal; guarded, as all output, by the output lock
  uint32 rows_ = screen::ROWS;
  SizeReport report_;
  AnsiInputParser parser_;
  ControlStringFilter filter_;
  bool after_prefix_ = false;
  bool given_up_ = false;    ///< the guest has had no room for long
  bool last_was_cr_ = false; ///< of the output: a program's own CR LF stays one
};
