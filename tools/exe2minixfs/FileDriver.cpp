#include "FileDriver.h"
#include <cerrno>
#include <cstring>

FileDriver::~FileDriver()
{
  if (file_)
    std::fclose(file_);
}

bool FileDriver::open(const std::string& path, uint64 offset, bool writable)
{
  file_ = std::fopen(path.c_str(), writable ? "r+b" : "rb");
  if (!file_ || std::fseek(file_, 0, SEEK_END) != 0)
  {
    std::fprintf(stderr, "exe2minixfs: %s: %s\n", path.c_str(), std::strerror(errno));
    return false;
  }
  uint64 size = static_cast<uint64>(std::ftell(file_));
  if (offset % getSectorSize() != 0 || offset >= size)
  {
    std::fprintf(stderr, "exe2minixfs: %s: there is no sector at byte %lu\n", path.c_str(), offset);
    return false;
  }
  offset_ = offset;
  num_sectors_ = (size - offset) / getSectorSize();
  return true;
}

int64 FileDriver::execute(const BDRequest& request)
{
  if (request.command == BDRequest::Command::FLUSH)
    return std::fflush(file_) == 0 ? 0 : -EIO;
  if (request.start_sector > num_sectors_ || request.num_sectors > num_sectors_ - request.start_sector)
    return -EINVAL;
  long position = static_cast<long>(offset_ + request.start_sector * getSectorSize());
  if (std::fseek(file_, position, SEEK_SET) != 0)
    return -EIO;
  size_t size = request.num_sectors * getSectorSize();
  size_t done = request.command == BDRequest::Command::READ ? std::fread(request.buffer, 1, size, file_)
                                                            : std::fwrite(request.buffer, 1, size, file_);
  return done == size ? 0 : -EIO;
}
