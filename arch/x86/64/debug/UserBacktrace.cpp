#include "UserBacktrace.h"

#include "ArchMemory.h"
#include "ArchThreadRegisters.h"
#include "Loader.h"
#include "Thread.h"
#include "kformat.h"

namespace
{
/// What a function's prologue leaves where its frame pointer points.
struct Frame
{
  pointer callers_frame;
  pointer return_address;
};

/// The frame in the kernel's view; null if it does not lie, aligned and whole, in a page that is present.
const Frame* frameAt(const ArchMemory& memory, pointer address)
{
  if (address % sizeof(pointer) != 0 || address % PAGE_SIZE > PAGE_SIZE - sizeof(Frame))
    return nullptr;
  return reinterpret_cast<const Frame*>(memory.checkAddressValid(address));
}
} // namespace

void UserBacktrace::print(FormatSink& sink, const Thread& thread)
{
  if (!thread.user_registers_ || !thread.loader_)
    return;
  const InterruptFrame& registers = thread.user_registers_->frame;
  kformat(sink, "in user mode:\n#0 0x%016lx\n", registers.rip);
  pointer frame_pointer = registers.rbp;
  for (uint32 number = 1; number < MAX_FRAMES; ++number)
  {
    const Frame* frame = frameAt(thread.loader_->arch_memory_, frame_pointer);
    if (!frame || frame->return_address == 0)
      return;
    kformat(sink, "#%u 0x%016lx\n", number, frame->return_address);
    if (frame->callers_frame <= frame_pointer) // callers are further up on the stack
      return;
    frame_pointer = frame->callers_frame;
  }
}
