#pragma once

#include "BDDriver.h"
#include <cstdint>
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

private:
  int64 write(const BDRequest& request);

  std::vector<uint8> content_;
  uint64 requests_ = 0;
  uint64 writes_left_ = NEVER;
  uint64 bad_sector_ = NEVER;
};
