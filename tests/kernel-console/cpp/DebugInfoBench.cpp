#include "DebugInfoBench.h"

#include "DebugInfo.h"
#include "kernel-console/src/lib.rs.h"

#include <cstring>
#include <vector>

rust::Vec<SourcePlace> find_places(rust::Slice<const uint8_t> table, uint64_t address)
{
  // A copy that ends where the table ends, aligned as the linker script aligns it.
  std::vector<uint64_t> memory(table.size() / sizeof(uint64_t) + 1);
  std::memcpy(memory.data(), table.data(), table.size());
  const DebugInfo info(reinterpret_cast<const uint8*>(memory.data()), table.size());
  rust::Vec<SourcePlace> places;
  DebugInfo::Place place;
  if (!info.find(address, place))
    return places;
  do
    places.push_back({.function = rust::String::lossy(place.function),
                      .file = rust::String::lossy(place.file != nullptr ? place.file : ""),
                      .line = place.line});
  while (info.findCaller(place));
  return places;
}
