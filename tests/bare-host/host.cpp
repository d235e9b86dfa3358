// The functions that the hypervisor imports. Memory is handed out from one end to the other; there is one file, the
// guest.
#include "host.h"
#include "Cpu.h"
#include "console.h"
#include "sweb_vmx.h"

namespace
{
constexpr uint64 KERNEL_BASE = 0xFFFF'FFFF'8000'0000;
constexpr uint64 PAGE = 4096;
constexpr uint64 HEAP = 16 << 20;   ///< physical address
constexpr uint64 FRAMES = 24 << 20; ///< physical address, and the end of the heap
constexpr uint64 END = 64 << 20;
constexpr int64 READ_ONLY = -30;

constinit uint64 heap = HEAP;
constinit uint64 frames = FRAMES;
constinit uint32 opened = 0;
constinit uint32 ready = 0;

uint64 take(uint64& next, uint64 size, uint64 align, uint64 end)
{
  const uint64 place = (next + align - 1) & ~(align - 1);
  if (place + size > end)
    return 0;
  next = place + size;
  return place;
}

uint8* pointerTo(uint64 physical)
{
  return reinterpret_cast<uint8*>(KERNEL_BASE + physical);
}
} // namespace

// guest.S
extern "C" const uint8 guest_begin[], guest_seed[], guest_end[];

uint32 Host::guestsReady()
{
  return ready;
}

void Host::reset()
{
  heap = HEAP;
  frames = FRAMES;
  opened = ready = 0;
}

uint8* host_alloc(uintptr_t size, uintptr_t align)
{
  const uint64 place = take(heap, size, align, FRAMES);
  return place ? pointerTo(place) : nullptr;
}

void host_free(uint8*, uintptr_t, uintptr_t) {}

uint64_t host_frame_alloc(uintptr_t pages, uintptr_t pages_to_zero)
{
  // Nothing is zeroed ahead.
  if (pages > pages_to_zero)
    return 0;
  const uint64 place = take(frames, pages * PAGE, pages * PAGE, END);
  if (place)
    __builtin_memset(pointerTo(place), 0, pages * PAGE);
  return place;
}

void host_frame_free(uint64_t, uintptr_t) {}

uint8* host_frame_pointer(uint64_t physical)
{
  return pointerTo(physical);
}

/// Each opening is a guest of its own: the handle is what it fills its registers with.
int64_t host_open(const uint8*, uintptr_t, uint32_t flags)
{
  return flags == HOST_OPEN_READ ? static_cast<int64>(++opened) : READ_ONLY;
}

int64_t host_size(int64_t)
{
  return guest_end - guest_begin;
}

int64_t host_read(int64_t handle, uint64_t offset, uint8* buffer, uintptr_t length)
{
  const uint64 size = guest_end - guest_begin;
  const uint64 seed = guest_seed - guest_begin;
  uint64 count = 0;
  for (; count < length && offset + count < size; ++count)
    buffer[count] = offset + count == seed ? static_cast<uint8>(handle) : guest_begin[offset + count];
  return static_cast<int64>(count);
}

int64_t host_write(int64_t, uint64_t, const uint8*, uintptr_t)
{
  return READ_ONLY;
}

int64_t host_flush(int64_t)
{
  return 0;
}

void host_close(int64_t) {}

/// As if the TSC counted nanoseconds.
uint64_t host_time_ns()
{
  return Cpu::rdtsc();
}

uint64_t host_tsc_hz()
{
  return 1'000'000'000;
}

int64_t host_wall_clock()
{
  return 0;
}

uint64_t host_sleep_slack_ns()
{
  return 0;
}

bool host_is_idle()
{
  return true;
}

void host_log(uint32_t, const uint8* text, uintptr_t length)
{
  Console::print(reinterpret_cast<const char*>(text), length);
  Console::print("\n");
}

bool host_output(uintptr_t, uint32_t, const uint8*, uintptr_t length)
{
  ready += length;
  return true;
}

void host_panic(const uint8* text, uintptr_t length)
{
  Console::print(reinterpret_cast<const char*>(text), length);
  Console::die("");
}
