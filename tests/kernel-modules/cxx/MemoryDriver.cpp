#include "MemoryDriver.h"
#include "errno.h"
#include "kstring.h"
#include "ualgorithm.h"

int64 MemoryDriver::execute(const BDRequest& request)
{
  ++requests_;
  if (request.command == BDRequest::Command::FLUSH)
    return writes_left_ == 0 ? -EIO : 0;
  if (request.start_sector > getNumSectors() || request.num_sectors > getNumSectors() - request.start_sector)
    return -EINVAL;
  if (request.command == BDRequest::Command::WRITE)
    return write(request);
  if (bad_sector_ >= request.start_sector && bad_sector_ - request.start_sector < request.num_sectors)
    return -EIO;
  memcpy(request.buffer, &content_[request.start_sector * getSectorSize()], request.num_sectors * getSectorSize());
  return 0;
}

/// Sector by sector, as a drive does it: a cut in the middle of a request leaves its first sectors written.
int64 MemoryDriver::write(const BDRequest& request)
{
  size_t sectors = ustl::min<uint64>(request.num_sectors, writes_left_);
  memcpy(&content_[request.start_sector * getSectorSize()], request.buffer, sectors * getSectorSize());
  if (writes_left_ != NEVER)
    writes_left_ -= sectors;
  return sectors == request.num_sectors ? 0 : -EIO;
}
