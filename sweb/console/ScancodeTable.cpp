#include "ScancodeTable.h"

using namespace key_codes;

namespace scancodes
{
// clang-format off
const uint8 PLAIN[TABLE_SIZE] = {
  NONE, ESCAPE, '1', '2', '3', '4', '5', '6', '7', '8', '9', '0', '-', '=', '\b', '\t',         // 0x00
  'q', 'w', 'e', 'r', 't', 'y', 'u', 'i', 'o', 'p', '[', ']', '\n', NONE, 'a', 's',             // 0x10
  'd', 'f', 'g', 'h', 'j', 'k', 'l', ';', '\'', '`', NONE, '\\', 'z', 'x', 'c', 'v',            // 0x20
  'b', 'n', 'm', ',', '.', '/', NONE, '*', NONE, ' ', NONE, F1, F1 + 1, F1 + 2, F1 + 3, F1 + 4, // 0x30
  F1 + 5, F1 + 6, F1 + 7, F1 + 8, F1 + 9, NONE, NONE, '7', '8', '9', '-', '4', '5', '6', '+', '1', // 0x40
  '2', '3', '0', '.', NONE, NONE, '\\', F1 + 10, F1 + 11,                                       // 0x50
};

const uint8 SHIFTED[TABLE_SIZE] = {
  NONE, ESCAPE, '!', '@', '#', '$', '%', '^', '&', '*', '(', ')', '_', '+', '\b', '\t',         // 0x00
  'Q', 'W', 'E', 'R', 'T', 'Y', 'U', 'I', 'O', 'P', '{', '}', '\n', NONE, 'A', 'S',             // 0x10
  'D', 'F', 'G', 'H', 'J', 'K', 'L', ':', '"', '~', NONE, '|', 'Z', 'X', 'C', 'V',              // 0x20
  'B', 'N', 'M', '<', '>', '?', NONE, '*', NONE, ' ', NONE, F1, F1 + 1, F1 + 2, F1 + 3, F1 + 4, // 0x30
  F1 + 5, F1 + 6, F1 + 7, F1 + 8, F1 + 9, NONE, NONE, '7', '8', '9', '-', '4', '5', '6', '+', '1', // 0x40
  '2', '3', '0', '.', NONE, NONE, '|', F1 + 10, F1 + 11,                                        // 0x50
};

const uint8 NAVIGATION[KEYPAD_LAST - KEYPAD_FIRST + 1] = {
  HOME, UP, PAGE_UP, NONE, LEFT, NONE, RIGHT, NONE, END, DOWN, PAGE_DOWN, INSERT, DELETE,
};
// clang-format on
} // namespace scancodes
