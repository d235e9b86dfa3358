#pragma once

#include "paging-definitions.h"
#include "types.h"

/// What a thread has set aside; a part of Thread. What is left when the thread is destroyed is given back then: a
/// thread may end in the middle of anything.
class ThreadReserve
{
public:
  ThreadReserve() = default;
  ~ThreadReserve();
  ThreadReserve(const ThreadReserve&) = delete;
  ThreadReserve& operator=(const ThreadReserve&) = delete;

private:
  friend class MemoryReservation;

  size_t pages_ = 0;
  size_t used_bytes_ = 0; ///< of what was set aside
};

/// Pages set aside for what the running thread does while this lives. It makes plain `new` safe: C++ code without
/// exceptions cannot report that a small object, a name or a list of a few elements got no memory, and neither can most
/// of Rust. So the one question whether there is enough is asked before, here, where there still is a way back.
///
/// Not for sizes a user or a guest decides: those are allocated with what may fail (`new (std::nothrow)`, kmalloc,
/// vector::tryReserve, ...), which leaves alone what is set aside.
class MemoryReservation
{
public:
  /// For system calls: more than any of them asks for.
  static constexpr size_t SYSTEM_CALL_PAGES = 8;

  /// For a thread in the hypervisor, which holds it all the time.
  static constexpr size_t HYPERVISOR_PAGES = 64;

  explicit MemoryReservation(size_t pages);
  ~MemoryReservation();
  MemoryReservation(const MemoryReservation&) = delete;
  MemoryReservation& operator=(const MemoryReservation&) = delete;

  /// False if so much is not free.
  [[nodiscard]] bool isValid() const { return valid_; }

  /// True if the running thread has anything set aside.
  [[nodiscard]] static bool isHeld();

  /// The heap tells that `bytes` were allocated with Claim::RESERVED, or freed. Once the reserve is touched, what is
  /// freed is there for reservations only, whoever had it.
  static void noteUse(size_t bytes, pointer called_by);
  static void noteFree(size_t bytes);

  /// Prints to the debug output how far reservations were used.
  static void printUse();

private:
  const size_t pages_;
  const bool valid_;
};
