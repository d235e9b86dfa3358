#pragma once

#include "types.h"

/// Who takes a terminal's input raw, instead of its line discipline: the keyboard or the serial port of a guest.
///
/// All are called by a console's thread, which holds the input lock. So an implementation must not block for long
/// and must not call Terminal::setInput() or Terminal::destroy(): detach() only tells the thread that will.
class TerminalInput
{
public:
  enum class Format : uint8
  {
    SCANCODES, ///< set 1, press and release, as a PC keyboard sends them; a serial console's keys are translated
    BYTES      ///< what a serial terminal sends; a PC keyboard's keys are translated to characters and ANSI sequences
  };

  [[nodiscard]] virtual Format format() const = 0;

  /// Whether a whole key has room. What has none is lost.
  [[nodiscard]] virtual bool hasRoom() = 0;

  /// One byte of input.
  virtual void input(uint8 byte) = 0;

  /// The user pressed Ctrl-]: give the console back. Keys that were held down have been released before.
  virtual void detach() = 0;

protected:
  ~TerminalInput() = default;
};
