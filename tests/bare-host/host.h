#pragma once

#include "types.h"

/// What the kernel lends to the hypervisor, as little of everything as a kernel can have.
namespace Host
{
/// Guests that have told that their registers are full.
uint32 guestsReady();
/// Everything that was lent comes back: no VM is left.
void reset();
} // namespace Host
