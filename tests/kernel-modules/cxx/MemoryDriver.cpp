#include "MemoryDriver.h"
#include "errno.h"
#include "kstring.h"
#include "ualgorithm.h"
#include <algorithm>
#include <random>

int64 MemoryDriver::execute(const BDRequest& request)
{
  ++requests_;
  if (request.command == BDRequest::Command::FLUSH)
    return flush();
  if (request.start_sector > getNumSectors() || request.num_sectors > getNumSectors() - request.start_sector)
    return -EINVAL;
  if (request.command == BDRequest::Command::WRITE)
    return write(request);
  if (bad_sector_ >= request.start_sector && bad_sector_ - request.start_sector < request.num_sectors)
    return -EIO;
  memcpy(request.buffer, &content_[request.start_sector * getSectorSize()], request.num_sectors * getSectorSize());
  return 0;
}

int64 MemoryDriver::flush()
{
  if (writes_left_ == 0)
    return -EIO;
  before_flush_.clear();
  return 0;
}

/// Sector by sector, as a drive does it: a cut in the middle of a request leaves its first sectors written.
int64 MemoryDriver::write(const BDRequest& request)
{
  const size_t sectors = ustl::min<uint64>(request.num_sectors, writes_left_);
  for (size_t i = 0; i < sectors; ++i)
  {
    uint8* place = &content_[(request.start_sector + i) * getSectorSize()];
    Sector old;
    std::copy_n(place, old.size(), old.begin());
    before_flush_.try_emplace(request.start_sector + i, old);
    memcpy(place, static_cast<const uint8*>(request.buffer) + i * getSectorSize(), getSectorSize());
  }
  if (writes_left_ != NEVER)
    writes_left_ -= sectors;
  return sectors == request.num_sectors ? 0 : -EIO;
}

void MemoryDriver::loseSomeUnflushed(uint64 seed)
{
  std::mt19937_64 random(seed);
  for (const auto& [sector, old] : before_flush_)
    if (random() % 2 == 0)
      std::copy(old.begin(), old.end(), &content_[sector * getSectorSize()]);
  before_flush_.clear();
}
