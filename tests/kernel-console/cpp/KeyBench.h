#pragma once

#include "rust/cxx.h"

#include <cstdint>

struct KeyPress;

rust::Vec<uint8_t> encode_scancodes(KeyPress key);
rust::Vec<KeyPress> decode_scancodes(rust::Slice<const uint8_t> scancodes);
rust::Vec<uint8_t> encode_ansi(KeyPress key);
rust::Vec<KeyPress> parse_ansi(rust::Slice<const uint8_t> bytes);
rust::Vec<uint8_t> without_size_reports(rust::Slice<const uint8_t> bytes);
rust::Vec<uint32_t> size_reports(rust::Slice<const uint8_t> bytes);
rust::Vec<uint8_t> pass_and_release(rust::Slice<const uint8_t> scancodes);
