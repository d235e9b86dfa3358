#pragma once

#include "Key.h"
#include "types.h"

/// Turns the scancodes of a PC keyboard (set 1, US layout) into keys and keeps the modifiers.
class ScancodeDecoder
{
public:
  /// Takes the next byte; true when it completed the press of a key that is not a modifier.
  bool decode(uint8 scancode, Key& key);

  bool isShift() const { return left_shift_ || right_shift_; }
  bool isCtrl() const { return left_ctrl_ || right_ctrl_; }
  bool isAlt() const { return alt_; }
  bool isAltGr() const { return alt_gr_; }
  bool isCaps() const { return caps_; }
  bool isNum() const { return num_; }
  bool isScroll() const { return scroll_; }

private:
  bool modifier(uint8 scancode, bool extended, bool pressed);
  uint8 translate(uint8 scancode, bool extended) const;

  bool extended_ = false;
  uint32 ignored_ = 0; // bytes still to be ignored: the rest of Pause
  bool left_shift_ = false;
  bool right_shift_ = false;
  bool left_ctrl_ = false;
  bool right_ctrl_ = false;
  bool alt_ = false;
  bool alt_gr_ = false;
  bool caps_ = false;
  bool num_ = true; // as the firmware leaves it
  bool scroll_ = false;
};
