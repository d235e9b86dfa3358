#pragma once

#include "Key.h"
#include "Mutex.h"
#include "Notification.h"
#include "RingBuffer.h"
#include "ScreenCell.h"
#include "TerminalGrid.h"
#include "types.h"

class TerminalInput;

/// A screen and a keyboard that threads read and write, shown by any number of consoles, or by none.
///
/// Unless said otherwise its methods are for threads with interrupts enabled. Locks, outer to inner: reader lock, input
/// lock (one for all terminals and consoles), screen lock, the lock of a Console.
class Terminal
{
public:
  static constexpr uint32 MAX_TERMINALS = 12;
  static constexpr size_t LINE_SIZE = 256;

  /// A new terminal in the lowest free place, not shown by anyone; null when all places are taken or memory is short.
  /// `name` is not copied.
  [[nodiscard]] static Terminal* create(const char* name,
                                        uint8 attribute = screen::attribute(screen::LIGHT_GREY, screen::BLACK));

  /// Takes a terminal away; consoles that show it show `instead`. No thread may be using it, nor use it afterwards.
  static void destroy(Terminal* terminal, Terminal& instead);

  /// The terminal at place `number` (1 to MAX_TERMINALS, as Shift+F1 to Shift+F12 select them); null when there is
  /// none. Any context.
  [[nodiscard]] static Terminal* get(uint32 number);

  [[nodiscard]] uint32 number() const { return number_; }
  [[nodiscard]] const char* name() const { return name_; }

  /// Prints text, in which TerminalGrid's control characters and ANSI sequences have their effect.
  void write(const char* text, size_t length);

  /// Empties the screen; the next output is in its first line.
  void clear();

  /// Sets the colours (screen::attribute) of the text that follows.
  void setColour(uint8 attribute);

  /// Shows the screen of a guest: 80x25 cells as in VGA text memory, and its cursor (screen::NO_CURSOR when it is off).
  /// Cheap when nothing changed. The next write() ends it.
  void present(const ScreenCell* cells, uint32 cursor_column, uint32 cursor_row);

  /// Copies what is on the screen: screen::CELLS cells.
  void copyScreen(ScreenCell* cells);

  /// Column in which the next character appears, from 0.
  [[nodiscard]] uint32 cursorColumn();

  /// Reads a line, with echo and Backspace; the '\n' is part of it, what does not fit is left for the next read.
  /// Returns the number of characters, 0 for Ctrl-D in an empty line, -EINTR when the thread is to end.
  [[nodiscard]] ssize_t read(char* buffer, size_t length);

  /// Waits for a key, without echo, and returns its code (key_codes); -EINTR when the thread is to end.
  [[nodiscard]] int64 readKey();

  /// Sends the input to `input` from now on, or (null) to read() and readKey() again. When it returns, the previous one
  /// is not called any more.
  void setInput(TerminalInput* input);

private:
  friend class Console;

  Terminal(const char* name, uint8 attribute, uint32 number);
  ~Terminal() = default;

  /// The next key for the reader, whose lock is held; false when the thread is to end.
  bool waitForKey(Key& key);

  /// Lets the user edit a line until it is complete; false when the thread is to end.
  bool editLine();

  void showChange(const char* text, size_t length);

  static Terminal* terminals_[MAX_TERMINALS];

  const char* const name_;
  const uint32 number_;

  Mutex screen_lock_{"Terminal::screen_lock_"};
  TerminalGrid grid_;
  bool presenting_ = false; ///< the grid shows a guest's screen, row 0 included

  TerminalInput* input_ = nullptr; ///< guarded by the input lock, as is putting into keys_
  RingBuffer<Key> keys_;
  Notification key_arrived_;

  Mutex reader_lock_{"Terminal::reader_lock_"};
  bool reading_key_ = false; ///< somebody waits in readKey(), so Ctrl-C is a key like any other
  char line_[LINE_SIZE];
  size_t line_length_ = 0;
  size_t line_taken_ = 0; ///< characters of line_ that read() has handed out
};
