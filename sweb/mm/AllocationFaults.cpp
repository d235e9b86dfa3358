#include "AllocationFaults.h"

#include "InterruptGuard.h"

namespace
{
constinit size_t seen = 0;
constinit size_t first_to_fail = 0;
constinit size_t to_fail = 0;
} // namespace

size_t AllocationFaults::arm(size_t first, size_t count)
{
  InterruptGuard guard;
  const size_t seen_before = seen;
  seen = 0;
  first_to_fail = first;
  to_fail = count;
  return seen_before;
}

bool AllocationFaults::strike()
{
  InterruptGuard guard;
  ++seen;
  return seen >= first_to_fail && seen - first_to_fail < to_fail;
}
