#pragma once

#include "Notification.h"
#include "types.h"

/// Text of kprintf callers that may not wait for a terminal, until the KprintfFlushingThread prints it.
class KprintfBuffer
{
public:
  [[nodiscard]] static KprintfBuffer& instance() { return instance_; }

  /// Keeps text, or counts what does not fit. Any context.
  void put(const char* text, size_t length);

  /// Takes up to `capacity` bytes of text; returns the number. Any context.
  size_t take(char* text, size_t capacity);

  /// Bytes lost since the last call. Any context.
  size_t takeLost();

  /// Sleeps until there may be text. For one thread.
  void wait() { arrived_.wait(); }

private:
  static constexpr size_t SIZE = 4096;

  constexpr KprintfBuffer() = default;

  static KprintfBuffer instance_;

  size_t first_ = 0;
  size_t count_ = 0;
  size_t lost_ = 0;
  Notification arrived_;
  char text_[SIZE] = {};
};
