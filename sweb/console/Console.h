#pragma once

#include "Key.h"
#include "Mutex.h"
#include "ScopeLock.h"
#include "Thread.h"
#include "types.h"

class Terminal;
class TerminalGrid;
class TerminalInput;

/// Something a person sits at: a display that shows one terminal at a time, and keys. Its thread takes the keys: those
/// for the system (switching terminals, dumps, detaching from a guest) are obeyed, the others go to the terminal.
///
/// Consoles are independent: each shows the terminal its user chose. They are created at boot and stay.
class Console : public Thread
{
public:
  static constexpr uint32 MAX_CONSOLES = 4;

  /// Creates the first terminal and the consoles this machine has. From here on kprintf reaches them. Needs the heap.
  static void initialise();

  /// Enables their interrupts and starts their threads. Needs the scheduler and the interrupt controller.
  static void startThreads();

  /// Shows `to` on every console that shows `from`: a guest takes over, or gives back, the screens of a terminal.
  static void replace(const Terminal& from, Terminal& to);

  /// Prints on all consoles when nothing can be relied on (any more, or yet): no lock, no interrupt, no allocation.
  static void emergencyWrite(const char* text, size_t length);

  /// Waits until everything has left the machine, at most a second: before the power goes off. Any context.
  static void drainAll();

protected:
  explicit Console(const char* name);

  // What a kind of console does. For the first four, the screen lock of the terminal and the console's lock are held.

  /// Text was written: `text` brought `grid` to its present state and changed these rows (bit n is row n).
  virtual void showText(const TerminalGrid& grid, const char* text, size_t length, uint32 changed_rows) = 0;

  /// The terminal shows a guest's screen, of which these rows or the cursor changed.
  virtual void showGuest(const TerminalGrid& grid, uint32 changed_rows) = 0;

  /// The console turns to the terminal of this name; a repaint follows.
  virtual void turnTo(const char*) {}

  /// Everything may be different: another terminal, or another kind of content.
  virtual void repaint(const TerminalGrid& grid, bool guest) = 0;

  virtual void emergency(const char* text, size_t length) = 0;
  virtual void drain() {}

  /// Lets the device interrupt from now on.
  virtual void enableInput() = 0;

  /// The user turns to another terminal: keys held down must not stay so in the guest that loses sight of them. The
  /// input lock is held.
  virtual void releaseHeldKeys(TerminalInput&) {}

  // What the thread of a console needs. All of it with the input lock held.

  [[nodiscard]] static Mutex& inputLock() { return input_lock_; }

  /// Held while the console shows something, inside the input lock.
  [[nodiscard]] Mutex& outputLock() { return lock_; }

  /// Draws everything anew.
  void refresh();

  /// Number of the terminal shown.
  [[nodiscard]] uint32 shownTerminal() const;

  /// Who takes the input of the terminal shown raw; null when it takes keys.
  [[nodiscard]] TerminalInput* rawInput() const;

  /// Obeys a key that belongs to the system whatever the terminal shows: Shift+F1 to F12, and Ctrl-] with raw input.
  /// False for all others.
  bool obey(const Key& key);

  /// Shows terminal `number`, if there is one.
  void select(uint32 number);

  /// A key for a terminal that takes keys; F9 to F12 are for the system.
  void deliver(const Key& key);

  static constexpr uint8 DETACH_KEY = 0x1D; ///< Ctrl-]

private:
  friend class Terminal;

  static constexpr uint8 INTERRUPT_KEY = 0x03; ///< Ctrl-C

  /// Ctrl-C ends the program the terminal's shell waits for, unless somebody reads single keys. True when that is done.
  bool interruptProgram(const Key& key);

  static void add(Console* console);

  void show(Terminal& terminal);

  /// Calls `action(console)` for every console that shows `terminal`, with the console's lock held.
  template <typename Action> static void forEachShowing(const Terminal& terminal, Action action)
  {
    for (uint32 index = 0; index < console_count_; ++index)
    {
      Console* console = consoles_[index];
      ScopeLock lock(console->lock_);
      if (console->terminal_ == &terminal)
        action(*console);
    }
  }

  static Console* consoles_[MAX_CONSOLES];
  static uint32 console_count_;
  static Mutex input_lock_;

  Mutex lock_{"Console::lock_"};
  Terminal* terminal_; ///< changes only with both the input lock and lock_ held, so either suffices to read it
};
