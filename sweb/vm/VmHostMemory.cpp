// What the hypervisor library imports from the kernel, part one: memory. Contracts:
// rust-vmx/crates/sweb-vmx/src/ffi.rs.

#include "ArchMemory.h"
#include "MemoryReservation.h"
#include "PageManager.h"
#include "kmalloc.h"
#include "sweb_vmx.h"

namespace
{
/// Guests get no frame when fewer are free than this. A guest that touches more memory than the host has ends; the host
/// needs some to end it, and its programs to go on.
constexpr size_t FRAMES_KEPT_FOR_HOST = 512;
} // namespace

uint8_t* host_alloc(size_t size, size_t align)
{
  // Rust cannot go on without a small object, and asks for large ones in a way that can fail. The threads that enter
  // the hypervisor hold reservations.
  const Claim claim = MemoryReservation::isHeld() ? Claim::RESERVED : Claim::ORDINARY;
  return static_cast<uint8_t*>(kmallocAligned(size, align, claim));
}

void host_free(uint8_t* address, size_t, size_t)
{
  kfree(address);
}

uint64_t host_frame_alloc(size_t pages, size_t pages_to_zero)
{
  PageManager* frames = PageManager::instance();
  if (frames->getNumAvailablePages() < pages + FRAMES_KEPT_FOR_HOST)
    return 0;
  return frames->allocPPN(pages * PAGE_SIZE, Claim::ORDINARY, pages_to_zero) * PAGE_SIZE;
}

void host_frame_free(uint64_t physical, size_t pages)
{
  PageManager::instance()->freePPN(physical / PAGE_SIZE, pages * PAGE_SIZE);
}

uint8_t* host_frame_pointer(uint64_t physical)
{
  return reinterpret_cast<uint8_t*>(ArchMemory::getIdentAddress(physical));
}
