#pragma once

#include "Claim.h"
#include "types.h"

/// Memory from the kernel heap, aligned to 16 bytes; null when there is none. All functions here may be called with
/// interrupts enabled or disabled, interrupt handlers included, and never block.
[[nodiscard]] void* kmalloc(size_t size);

/// As kmalloc, aligned to `alignment`, a power of two up to 4096.
[[nodiscard]] void* kmallocAligned(size_t size, size_t alignment, Claim claim = Claim::ORDINARY);

/// Gives memory from any of the functions here back; null is fine.
void kfree(void* address);

/// Changes the size; the contents move along. On failure (null) the old memory is untouched.
[[nodiscard]] void* krealloc(void* address, size_t new_size);
