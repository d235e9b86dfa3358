#pragma once

#include "BDDriver.h"
#include <array>
#include <cstdint>
#include <map>
#include <vector>

/// A drive in memory that can break down.
class MemoryDriver : public BDDriver
{
public:
  static constexpr uint64 NEVER = UINT64_MAX;

  explicit MemoryDriver(std::vector<uint8> content) : content_(std::move(content)) {}

  int64 execute(const BDRequest& request) override;
  uint64 getNumSectors() const override { return content_.size() / getSectorSize(); }

  const std::vector<uint8>& content() const { return content_; }
  uint64 requests() const { return requests_; }

  /// After that many more written sectors nothing reaches the medium any more: a power cut, or a dead drive.
  void failWritesAfter(uint64 sectors) { writes_left_ = sectors; }
  void failReadsOf(uint64 sector) { bad_sector_ = sector; }
  /// What a power cut can do to a drive with a write cache: of the sectors written since the last flush, some have
  /// reached the medium, in no order, and some have not. `seed` decides which.
  void loseSomeUnflushed(uint64 seed);

private:
  using Sector = std::array<uint8, 512>;

  int64 write(const BDRequest& request);
  int64 flush();

  std::vector<uint8> content_;
  uint64 requests_ = 0;
  uint64 writes_left_ = NEVER;
  uint64 bad_sector_ = NEVER;
  std::map<uint64, Sector> before_flush_; ///< the old content of the sectors written since the last flush
};
