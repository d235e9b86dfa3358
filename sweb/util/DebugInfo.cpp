#include "DebugInfo.h"

#include "kstring.h"

struct DebugInfo::Header
{
  char magic[8];
  uint64 base;
  uint32 function_count;
  uint32 file_count;
  uint32 files;
  uint32 sites;
  uint32 lines;
  uint32 names;
  uint32 size;
  uint32 reserved;
};

struct DebugInfo::Function
{
  uint32 start;
  uint32 size;
  uint32 name;
  uint32 lines;
};

/// Reads LEB128 numbers from a range of bytes; 0 behind its end.
class DebugInfo::Numbers
{
public:
  Numbers(const uint8* next, const uint8* end) : next_(next), end_(end) {}

  bool atEnd() const { return next_ >= end_; }

  uint64 read()
  {
    uint64 value = 0;
    for (uint32 shift = 0; !atEnd() && shift < 64; shift += 7)
    {
      uint8 byte = *next_++;
      value |= static_cast<uint64>(byte & 0x7F) << shift;
      if ((byte & 0x80) == 0)
        break;
    }
    return value;
  }

private:
  const uint8* next_;
  const uint8* end_;
};

namespace
{
/// 0, 1, 2, 3 stand for the differences 0, -1, 1, -2.
constexpr uint64 fromZigzag(uint64 value)
{
  return (value >> 1) ^ -(value & 1);
}
} // namespace

bool DebugInfo::isValid() const
{
  static_assert(sizeof(Header) == 48 && sizeof(Function) == 16);
  constexpr char MAGIC[] = "SWEBDBG2";
  if (size_ < sizeof(Header) || memcmp(header().magic, MAGIC, sizeof(header().magic)) != 0)
    return false;
  const Header& h = header();
  uint64 functions_end = sizeof(Header) + (uint64{h.function_count} + 1) * sizeof(Function);
  return h.size <= size_ && functions_end <= h.files && h.files + uint64{h.file_count} * sizeof(uint32) <= h.sites &&
         h.sites <= h.lines && h.lines <= h.names && h.names < h.size && table_[h.size - 1] == '\0';
}

const DebugInfo::Function* DebugInfo::functions() const
{
  return reinterpret_cast<const Function*>(table_ + sizeof(Header));
}

const char* DebugInfo::name(uint32 offset) const
{
  bool inside = offset < header().size - header().names;
  return inside ? reinterpret_cast<const char*>(table_) + header().names + offset : "";
}

bool DebugInfo::find(uint64 address, Place& place) const
{
  if (!isValid() || address < header().base)
    return false;
  uint64 offset = address - header().base;
  // The last function that starts at or before the address.
  uint32 low = 0;
  uint32 high = header().function_count;
  while (low < high)
  {
    uint32 middle = low + (high - low) / 2;
    if (functions()[middle].start <= offset)
      low = middle + 1;
    else
      high = middle;
  }
  if (low == 0)
    return false;
  const Function& function = functions()[low - 1];
  if (offset - function.start >= function.size)
    return false;
  place.function = name(function.name);
  place.outermost_ = place.function;
  place.site_ = 0;
  findLine(function, offset - function.start, place);
  return true;
}

void DebugInfo::setLine(Place& place, uint64 file, uint64 line) const
{
  bool known = line != 0 && file < header().file_count;
  const uint32* files = reinterpret_cast<const uint32*>(table_ + header().files);
  place.file = known ? name(files[file]) : nullptr;
  place.line = known ? static_cast<uint32>(line) : 0;
}

void DebugInfo::findLine(const Function& function, uint64 offset, Place& place) const
{
  uint64 position = 0;
  uint64 line = 0;
  uint64 file = 0;
  uint64 site = 0;
  uint64 last_site = 0;
  uint32 available = header().names - header().lines;
  const Function& next = *(&function + 1); // there always is one: the last only ends the lines
  if (function.lines <= next.lines && next.lines <= available)
  {
    const uint8* lines = table_ + header().lines;
    Numbers numbers(lines + function.lines, lines + next.lines);
    while (!numbers.atEnd())
    {
      position += numbers.read();
      if (position > offset)
        break;
      uint64 change = numbers.read();
      line += fromZigzag(change >> 2);
      if ((change & 1) != 0)
        file = numbers.read();
      if ((change & 2) == 0)
        continue;
      uint64 site_change = numbers.read();
      if (site_change != 0)
        last_site += fromZigzag(site_change - 1);
      site = site_change != 0 ? last_site : 0;
    }
  }
  setLine(place, file, line);
  if (place.line == 0 || site == 0 || site > header().lines - header().sites)
    return;
  place.site_ = site;
  Numbers numbers(table_ + header().sites + site - 1, table_ + header().lines);
  place.function = name(static_cast<uint32>(numbers.read()));
}

bool DebugInfo::findCaller(Place& place) const
{
  if (place.site_ == 0)
    return false;
  const uint8* sites = table_ + header().sites;
  const uint8* sites_end = table_ + header().lines;
  Numbers numbers(sites + place.site_ - 1, sites_end);
  (void)numbers.read(); // the name
  uint64 file = numbers.read();
  uint64 line = numbers.read();
  uint64 caller = numbers.read();
  setLine(place, file, line);
  // Callers precede what they call; so a damaged table cannot send anybody in circles.
  place.site_ = caller < place.site_ ? caller : 0;
  if (place.site_ == 0)
    place.function = place.outermost_;
  else
    place.function = name(static_cast<uint32>(Numbers(sites + place.site_ - 1, sites_end).read()));
  return true;
}
