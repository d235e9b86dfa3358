#pragma once

#include "types.h"

/// How urgently memory is wanted.
enum class Claim : uint8
{
  ORDINARY, ///< whoever asks can do without: what is set aside for others is not touched
  RESERVED  ///< covered by a MemoryReservation: any free page will do
};
