#pragma once

#include "BDRequest.h"

/// A drive. Implemented by ATADriver, and on the developer's machine by a file.
class BDDriver
{
public:
  virtual ~BDDriver() = default;

  /// Carries the request out and returns when it is over: 0 or -EIO, -EINVAL, -EROFS. After the return nothing refers
  /// to the request or its buffer any more, also when the drive did not answer. Thread context; sleeps.
  virtual int64 execute(const BDRequest& request) = 0;

  virtual uint64 getNumSectors() const = 0;
  uint32 getSectorSize() const { return 512; }
};
