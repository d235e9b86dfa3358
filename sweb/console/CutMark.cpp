#include "CutMark.h"

#include "kformat.h"

namespace
{
/// The first byte of a character, or one behind the text's end: nothing is cut through before it.
bool startsCharacter(char byte)
{
  return (static_cast<uint8>(byte) & 0xC0) != 0x80;
}

/// Where the last line ends that is whole in the first `length` bytes; 0 if that would throw away half of them.
size_t lastLineEnd(const char* text, size_t length)
{
  size_t end = length;
  while (end > length / 2 && text[end - 1] != '\n')
    --end;
  return end > length / 2 ? end : 0;
}
} // namespace

CutMark::CutMark(const char* text, size_t length, size_t room) : kept_(room)
{
  // As long as the mark can get: no more than the whole text is missing.
  const size_t longest = ksnprintf(mark_, sizeof(mark_), " [... %zu more bytes]", length);
  mark_[0] = '\0';
  if (room < 2 * longest)
    return;
  kept_ = room - longest;
  const size_t line_end = lastLineEnd(text, kept_);
  if (line_end)
    kept_ = line_end;
  while (kept_ && !startsCharacter(text[kept_]))
    --kept_;
  mark_length_ =
      ksnprintf(mark_, sizeof(mark_), line_end ? "[... %zu more bytes]\n" : " [... %zu more bytes]", length - kept_);
}
