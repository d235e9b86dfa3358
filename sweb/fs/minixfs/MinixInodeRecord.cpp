#include "MinixInodeRecord.h"
#include "kstring.h"
#include "ualgorithm.h"

namespace
{

void decodeV1(MinixInodeRecord& record, const uint8* bytes)
{
  MinixInodeV1 raw;
  memcpy(&raw, bytes, sizeof(raw));
  record.mode = raw.mode;
  record.links = raw.links;
  record.uid = raw.uid;
  record.gid = raw.gid;
  record.size = raw.size;
  record.access_time = record.modification_time = record.change_time = raw.time;
  for (size_t i = 0; i < 9; ++i)
    record.zones[i] = raw.zones[i];
}

void decodeV2(MinixInodeRecord& record, const uint8* bytes)
{
  MinixInodeV2 raw;
  memcpy(&raw, bytes, sizeof(raw));
  record.mode = raw.mode;
  record.links = raw.links;
  record.uid = raw.uid;
  record.gid = raw.gid;
  record.size = raw.size;
  record.access_time = raw.access_time;
  record.modification_time = raw.modification_time;
  record.change_time = raw.change_time;
  memcpy(record.zones, raw.zones, sizeof(raw.zones));
}

/// A count for which the field is too small becomes the largest one, and never so small a one that names outlive it.
template <typename Field> Field encodeLinks(uint32 links)
{
  constexpr uint32 most = static_cast<Field>(~0U);
  return static_cast<Field>(ustl::min(links, most));
}

void encodeV1(const MinixInodeRecord& record, uint8* bytes)
{
  MinixInodeV1 raw;
  raw.mode = static_cast<uint16>(record.mode);
  raw.uid = static_cast<uint16>(record.uid);
  raw.size = record.size;
  raw.time = record.modification_time;
  raw.gid = static_cast<uint8>(record.gid);
  raw.links = encodeLinks<uint8>(record.links);
  for (size_t i = 0; i < 9; ++i)
    raw.zones[i] = static_cast<uint16>(record.zones[i]);
  memcpy(bytes, &raw, sizeof(raw));
}

void encodeV2(const MinixInodeRecord& record, uint8* bytes)
{
  MinixInodeV2 raw;
  raw.mode = static_cast<uint16>(record.mode);
  raw.links = encodeLinks<uint16>(record.links);
  raw.uid = static_cast<uint16>(record.uid);
  raw.gid = static_cast<uint16>(record.gid);
  raw.size = record.size;
  raw.access_time = record.access_time;
  raw.modification_time = record.modification_time;
  raw.change_time = record.change_time;
  memcpy(raw.zones, record.zones, sizeof(raw.zones));
  memcpy(bytes, &raw, sizeof(raw));
}

} // namespace

void MinixInodeRecord::decode(const MinixFSGeometry& geometry, const uint8* raw)
{
  *this = MinixInodeRecord();
  if (geometry.version == 1)
    decodeV1(*this, raw);
  else
    decodeV2(*this, raw);
}

void MinixInodeRecord::encode(const MinixFSGeometry& geometry, uint8* raw) const
{
  if (geometry.version == 1)
    encodeV1(*this, raw);
  else
    encodeV2(*this, raw);
}
