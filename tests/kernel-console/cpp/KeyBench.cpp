#include "KeyBench.h"

#include "AnsiInputParser.h"
#include "AnsiKeyEncoder.h"
#include "HeldKeys.h"
#include "ScancodeDecoder.h"
#include "ScancodeEncoder.h"
#include "SizeReport.h"
#include "kernel-console/src/lib.rs.h"

namespace
{
Key toKey(const KeyPress& press)
{
  return {.code = press.code, .shift = press.shift, .ctrl = press.ctrl, .alt = press.alt};
}

KeyPress fromKey(const Key& key)
{
  return {.code = key.code, .shift = key.shift, .ctrl = key.ctrl, .alt = key.alt};
}

template <typename Encoder> rust::Vec<uint8_t> encode(const KeyPress& press)
{
  uint8 bytes[Encoder::MAX_LENGTH];
  const uint32 length = Encoder::encode(toKey(press), bytes);
  rust::Vec<uint8_t> result;
  for (uint32 index = 0; index < length; ++index)
    result.push_back(bytes[index]);
  return result;
}
} // namespace

rust::Vec<uint8_t> encode_scancodes(KeyPress key)
{
  return encode<ScancodeEncoder>(key);
}

rust::Vec<uint8_t> encode_ansi(KeyPress key)
{
  return encode<AnsiKeyEncoder>(key);
}

rust::Vec<KeyPress> decode_scancodes(rust::Slice<const uint8_t> scancodes)
{
  ScancodeDecoder decoder;
  rust::Vec<KeyPress> keys;
  for (uint8_t scancode : scancodes)
    if (Key key; decoder.decode(scancode, key))
      keys.push_back(fromKey(key));
  return keys;
}

rust::Vec<KeyPress> parse_ansi(rust::Slice<const uint8_t> bytes)
{
  AnsiInputParser parser;
  rust::Vec<KeyPress> keys;
  Key key;
  for (uint8_t byte : bytes)
    if (parser.parse(byte, key))
      keys.push_back(fromKey(key));
  if (parser.isPending() && parser.timeout(key))
    keys.push_back(fromKey(key));
  return keys;
}

rust::Vec<uint8_t> without_size_reports(rust::Slice<const uint8_t> bytes)
{
  SizeReport report;
  rust::Vec<uint8_t> others;
  uint8 passed[SizeReport::MAX_LENGTH + 1];
  auto keep = [&](size_t count)
  {
    for (size_t index = 0; index < count; ++index)
      others.push_back(passed[index]);
  };
  for (uint8_t byte : bytes)
    keep(report.pass(byte, passed));
  if (report.isPending())
    keep(report.release(passed));
  return others;
}

rust::Vec<uint32_t> size_reports(rust::Slice<const uint8_t> bytes)
{
  SizeReport report;
  rust::Vec<uint32_t> sizes;
  uint8 passed[SizeReport::MAX_LENGTH + 1];
  for (uint8_t byte : bytes)
  {
    (void)report.pass(byte, passed);
    uint32 columns;
    uint32 rows;
    if (!report.take(columns, rows))
      continue;
    sizes.push_back(columns);
    sizes.push_back(rows);
  }
  return sizes;
}

rust::Vec<uint8_t> pass_and_release(rust::Slice<const uint8_t> scancodes)
{
  HeldKeys held;
  rust::Vec<uint8_t> received;
  uint8 bytes[HeldKeys::MAX_LENGTH];
  for (uint8_t scancode : scancodes)
  {
    const uint32 count = held.pass(scancode, bytes);
    for (uint32 index = 0; index < count; ++index)
      received.push_back(bytes[index]);
  }
  held.swallow();
  while (const uint32 count = held.release(bytes))
    for (uint32 index = 0; index < count; ++index)
      received.push_back(bytes[index]);
  return received;
}
