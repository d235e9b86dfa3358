#pragma once

#include "types.h"
#include <new>

/**
 * Bounded queue for one producer and one consumer without a lock: the producer writes only `head_`, the consumer only
 * `tail_`, and each publishes its index after touching the slot. Usable in interrupt context (keyboard, serial).
 * When full, new elements are dropped and counted.
 */
template <class T> class RingBuffer
{
public:
  /// Holds at least `capacity` elements (rounded up to a power of two). isValid() tells whether there was memory.
  explicit RingBuffer(size_t capacity = 256)
  {
    while (size_ < capacity)
      size_ *= 2;
    slots_ = new (std::nothrow) T[size_];
    if (!slots_)
      size_ = 0; // nothing fits
  }
  ~RingBuffer() { delete[] slots_; }
  RingBuffer(const RingBuffer&) = delete;
  RingBuffer& operator=(const RingBuffer&) = delete;

  /// False if there was no memory for the elements; then none fits.
  [[nodiscard]] bool isValid() const { return slots_ != nullptr; }

  /// Producer: appends, or drops and returns false when full.
  bool put(T element)
  {
    size_t head = __atomic_load_n(&head_, __ATOMIC_RELAXED);
    if (head - __atomic_load_n(&tail_, __ATOMIC_ACQUIRE) == size_)
    {
      ++dropped_;
      return false;
    }
    slots_[head & (size_ - 1)] = element;
    __atomic_store_n(&head_, head + 1, __ATOMIC_RELEASE);
    return true;
  }

  /// Consumer: takes the oldest element, or returns false when empty.
  bool get(T& element)
  {
    size_t tail = __atomic_load_n(&tail_, __ATOMIC_RELAXED);
    if (tail == __atomic_load_n(&head_, __ATOMIC_ACQUIRE))
      return false;
    element = slots_[tail & (size_ - 1)];
    __atomic_store_n(&tail_, tail + 1, __ATOMIC_RELEASE);
    return true;
  }

  /// Consumer: whether an element is among those that wait.
  bool holds(T element) const
  {
    size_t head = __atomic_load_n(&head_, __ATOMIC_ACQUIRE);
    for (size_t place = __atomic_load_n(&tail_, __ATOMIC_RELAXED); place != head; ++place)
      if (slots_[place & (size_ - 1)] == element)
        return true;
    return false;
  }

  /// Consumer: forgets everything that is waiting.
  void clear() { __atomic_store_n(&tail_, __atomic_load_n(&head_, __ATOMIC_ACQUIRE), __ATOMIC_RELEASE); }

  /// Both sides at once: frees the storage. From then on nothing fits.
  void release()
  {
    delete[] slots_;
    slots_ = nullptr;
    size_ = head_ = tail_ = 0;
  }

  /// A snapshot: the other side may change it at once. Reading tail first keeps the result from going negative.
  size_t count() const
  {
    size_t tail = __atomic_load_n(&tail_, __ATOMIC_ACQUIRE);
    return __atomic_load_n(&head_, __ATOMIC_ACQUIRE) - tail;
  }
  bool isEmpty() const { return count() == 0; }
  size_t capacity() const { return size_; }
  /// Elements lost because the buffer was full.
  size_t dropped() const { return dropped_; }

private:
  size_t size_ = 1;
  T* slots_;
  size_t head_ = 0; ///< counts every element ever put; wraps harmlessly because size_ is a power of two
  size_t tail_ = 0;
  size_t dropped_ = 0;
};
