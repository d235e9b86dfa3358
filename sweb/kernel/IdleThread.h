#pragma once

#include "Thread.h"

/// What runs when nothing else can: it halts the CPU until the next interrupt.
class IdleThread : public Thread
{
public:
  IdleThread() : Thread(nullptr, "IdleThread", KERNEL_THREAD, 1) {}
  [[noreturn]] void Run() override;
};
