#include "ScancodeDecoder.h"

#include "ScancodeTable.h"

using namespace scancodes;

bool ScancodeDecoder::decode(uint8 scancode, Key& key)
{
  if (ignored_ != 0)
  {
    --ignored_;
    return false;
  }
  if (scancode == EXTENDED)
  {
    extended_ = true;
    return false;
  }
  if (scancode == PAUSE_PREFIX)
  {
    ignored_ = 2; // E1 1D 45 when pressed, E1 9D C5 at once after it
    return false;
  }

  bool extended = extended_;
  extended_ = false;
  bool pressed = (scancode & RELEASED) == 0;
  uint8 position = scancode & ~RELEASED;
  if (modifier(position, extended, pressed) || !pressed)
    return false;

  key = Key{.code = translate(position, extended), .shift = isShift(), .ctrl = isCtrl(), .alt = alt_ || alt_gr_};
  return key.code != key_codes::NONE;
}

/// True when the key is a modifier or a lock, whose state it then updates.
bool ScancodeDecoder::modifier(uint8 scancode, bool extended, bool pressed)
{
  switch (scancode)
  {
  case LEFT_CTRL:
    (extended ? right_ctrl_ : left_ctrl_) = pressed;
    return true;
  case ALT:
    (extended ? alt_gr_ : alt_) = pressed;
    return true;
  case LEFT_SHIFT: // extended, these two are false shifts the keyboard wraps around navigation keys
    left_shift_ = extended ? left_shift_ : pressed;
    return true;
  case RIGHT_SHIFT:
    right_shift_ = extended ? right_shift_ : pressed;
    return true;
  case CAPS_LOCK:
    caps_ = caps_ != pressed;
    return true;
  case NUM_LOCK:
    num_ = num_ != pressed;
    return true;
  case SCROLL_LOCK:
    scroll_ = scroll_ != (pressed && !extended);
    return true;
  default:
    return false;
  }
}

uint8 ScancodeDecoder::translate(uint8 scancode, bool extended) const
{
  if (scancode >= TABLE_SIZE)
    return key_codes::NONE;
  bool keypad = scancode >= KEYPAD_FIRST && scancode <= KEYPAD_LAST;
  if (extended)
  {
    if (keypad)
      return NAVIGATION[scancode - KEYPAD_FIRST];
    return scancode == KEYPAD_ENTER || scancode == KEYPAD_SLASH ? PLAIN[scancode] : key_codes::NONE;
  }
  if (keypad)
  {
    uint8 navigation = NAVIGATION[scancode - KEYPAD_FIRST];
    return navigation == key_codes::NONE || num_ != isShift() ? PLAIN[scancode] : navigation;
  }

  uint8 plain = PLAIN[scancode];
  bool letter = plain >= 'a' && plain <= 'z';
  uint8 code = isShift() != (letter && caps_) ? SHIFTED[scancode] : plain;
  // Ctrl keeps the low five bits of a letter and of [ \ ] ^ _, as on every terminal.
  return isCtrl() && (letter || (code >= '[' && code <= '_')) ? code & 0x1F : code;
}
