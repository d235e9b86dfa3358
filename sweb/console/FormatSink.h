#pragma once

#include "types.h"

/// Where formatted text goes, piece by piece. An implementation says in which context it may be used.
class FormatSink
{
public:
  virtual void write(const char* text, size_t length) = 0;

protected:
  ~FormatSink() = default;
};

/// Collects text in a caller's buffer, puts a CutMark in the place of what does not fit, and counts what would have
/// been written.
class BufferSink final : public FormatSink
{
public:
  /// `size` counts the terminating NUL; 0 is allowed and stores nothing.
  BufferSink(char* buffer, size_t size);
  void write(const char* text, size_t length) override;

  /// Terminates the text; returns its full length without the NUL, also when it was cut.
  size_t finish();

private:
  void endWithMark();

  char* buffer_;
  size_t size_;
  size_t length_ = 0;
};

/// Gathers the small pieces that formatting produces, so that the target sees few and long writes.
template <typename Target, size_t SIZE = 256> class GatheringSink final : public FormatSink
{
public:
  /// `target(text, length)` is called whenever the buffer is full, and once at the end.
  explicit GatheringSink(Target target) : target_(target) {}

  GatheringSink(const GatheringSink&) = delete;
  GatheringSink& operator=(const GatheringSink&) = delete;

  ~GatheringSink() { flush(); }

  void write(const char* text, size_t length) override
  {
    for (size_t index = 0; index < length; ++index)
    {
      if (used_ == SIZE)
        flush();
      buffer_[used_++] = text[index];
    }
  }

  void flush()
  {
    if (used_ != 0)
      target_(buffer_, used_);
    used_ = 0;
  }

private:
  Target target_;
  size_t used_ = 0;
  char buffer_[SIZE];
};
