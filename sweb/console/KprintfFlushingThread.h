#pragma once

#include "Thread.h"

/// Prints what kprintf had to leave in its buffer, because its caller was not allowed to wait for a terminal.
class KprintfFlushingThread : public Thread
{
public:
  KprintfFlushingThread();
  void Run() override;
};
