#pragma once

#include "DebugPort.h"
#include "FormatSink.h"

/// Formatted text for the debug port. Any context.
class DebugSink final : public FormatSink
{
public:
  void write(const char* text, size_t length) override { DebugPort::write(text, length); }
};
