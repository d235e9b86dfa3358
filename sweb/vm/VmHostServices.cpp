// What the hypervisor library imports from the kernel, part three: time, log, output of guests, and the end. Contracts:
// rust-vmx/crates/sweb-vmx/src/ffi.rs.

#include "ArchInterrupts.h"
#include "Backtrace.h"
#include "Clock.h"
#include "DebugSink.h"
#include "RealTimeClock.h"
#include "Scheduler.h"
#include "VcpuThread.h"
#include "VirtualMachine.h"
#include "assert.h"
#include "debug.h"
#include "kformat.h"
#include "sweb_vmx.h"

uint64_t host_time_ns()
{
  return Clock::nanoseconds();
}

uint64_t host_tsc_hz()
{
  return Clock::tscHz();
}

uint64_t host_sleep_slack_ns()
{
  return ArchInterrupts::timerSlack();
}

bool host_is_idle()
{
  return !Scheduler::instance()->isAnyoneWaiting();
}

int64_t host_wall_clock()
{
  return RealTimeClock::wallClock();
}

void host_log(uint32_t level, const uint8_t* text, size_t length)
{
  if (level <= HOST_LOG_INFO)
    debug(HYPERVISOR, "%.*s\n", static_cast<int>(length), reinterpret_cast<const char*>(text));
}

bool host_output(size_t context, uint32_t stream, const uint8_t* bytes, size_t length)
{
  return reinterpret_cast<VirtualMachine*>(context)->output().put(stream, bytes, length);
}

void host_panic(const uint8_t* text, size_t length)
{
  DebugSink sink;
  kformat(sink, "HYPERVISOR PANIC: %.*s\n", static_cast<int>(length), reinterpret_cast<const char*>(text));
  Backtrace::printHere(sink);
  VcpuThread::endAfterPanic(text, length);
  kpanict("%.*s", static_cast<int>(length), reinterpret_cast<const char*>(text));
}
