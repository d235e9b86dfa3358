#pragma once

struct InterruptFrame;

/// Stops the system: prints "KERNEL PANIC: " and the message with a backtrace to the debug output and the screen, then
/// halts. Callable in every context.
[[noreturn]] void kpanict(const char* message);

/// As kpanict, for a CPU exception in the kernel: prints the interrupted registers and their backtrace.
[[noreturn]] void kpanicAt(const char* message, const InterruptFrame& frame);
