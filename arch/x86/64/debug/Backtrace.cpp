#include "Backtrace.h"

#include "ArchMemory.h"
#include "DebugInfo.h"
#include "PageManager.h"
#include "kformat.h"
#include "paging-definitions.h"

namespace
{
/// What a function's prologue leaves where its frame pointer points.
struct Frame
{
  pointer callers_frame;
  pointer return_address;
};

/// Frame pointers are only trusted as far as reading there cannot fault. Until the page manager works, the page tables
/// are not where they can be asked.
bool isReadable(pointer frame_pointer)
{
  return PageManager::instance()->getTotalNumPages() != 0 && frame_pointer >= KERNEL_START &&
         frame_pointer % sizeof(pointer) == 0 &&
         ArchMemory::get_PPN_Of_VPN_In_KernelMapping(frame_pointer / PAGE_SIZE) != 0 &&
         ArchMemory::get_PPN_Of_VPN_In_KernelMapping((frame_pointer + sizeof(Frame) - 1) / PAGE_SIZE) != 0;
}

void printPlace(FormatSink& sink, const DebugInfo::Place& place)
{
  if (place.line == 0)
    kformat(sink, "%s", place.function);
  else
    kformat(sink, "%s (%s:%u)", place.function, place.file, place.line);
}
} // namespace

uint32 Backtrace::walk(pointer frame_pointer, pointer* return_addresses, uint32 capacity)
{
  uint32 count = 0;
  while (count < capacity && isReadable(frame_pointer))
  {
    const Frame* frame = reinterpret_cast<const Frame*>(frame_pointer);
    if (frame->return_address < KERNEL_START)
      break;
    return_addresses[count++] = frame->return_address;
    if (frame->callers_frame <= frame_pointer) // callers are further up on the stack; so this ends, whatever is there
      break;
    frame_pointer = frame->callers_frame;
  }
  return count;
}

void Backtrace::printHere(FormatSink& sink)
{
  pointer return_addresses[MAX_FRAMES];
  uint32 count = walk(reinterpret_cast<pointer>(__builtin_frame_address(0)), return_addresses, MAX_FRAMES);
  for (uint32 index = 0; index < count; ++index)
    printCall(sink, index, return_addresses[index]);
}

void Backtrace::print(FormatSink& sink, pointer instruction_pointer, pointer frame_pointer)
{
  printAddress(sink, 0, instruction_pointer, instruction_pointer);
  pointer return_addresses[MAX_FRAMES];
  uint32 count = walk(frame_pointer, return_addresses, MAX_FRAMES);
  for (uint32 index = 0; index < count; ++index)
    printCall(sink, index + 1, return_addresses[index]);
}

void Backtrace::printCall(FormatSink& sink, uint32 number, pointer return_address)
{
  // The instruction behind the call may belong to another line, or, after a call that does not return, another
  // function.
  printAddress(sink, number, return_address, return_address - 1);
}

void Backtrace::printAddress(FormatSink& sink, uint32 number, pointer address, pointer inside)
{
  kformat(sink, "#%-2u 0x%016lx ", number, address);
  DebugInfo info = DebugInfo::kernel();
  DebugInfo::Place place;
  if (!info.find(inside, place))
  {
    kformat(sink, "?\n");
    return;
  }
  printPlace(sink, place);
  while (info.findCaller(place))
  {
    kformat(sink, "\n%22s", "in ");
    printPlace(sink, place);
  }
  kformat(sink, "\n");
}

void Backtrace::printCallSite(FormatSink& sink, pointer return_address)
{
  DebugInfo info = DebugInfo::kernel();
  DebugInfo::Place place;
  if (!info.find(return_address - 1, place))
  {
    kformat(sink, "%#lx", return_address);
    return;
  }
  printPlace(sink, place);
  while (info.findCaller(place))
  {
    kformat(sink, " in ");
    printPlace(sink, place);
  }
}
