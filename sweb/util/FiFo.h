#pragma once

#include "Condition.h"
#include "Mutex.h"
#include "ScopeLock.h"
#include "types.h"

/// What FiFo::put does when the queue is full.
enum class FiFoFull : uint8
{
  BLOCK,           ///< wait until there is room
  DROP_NEW,        ///< lose the new element
  OVERWRITE_OLDEST ///< lose the oldest element
};

/**
 * Bounded queue between threads, any number on either side: a Mutex and two Conditions. Thread context only; a thread
 * that may wait in put or get holds no other lock. For interrupt handlers use RingBuffer.
 */
template <class T> class FiFo
{
public:
  explicit FiFo(size_t capacity = 512, FiFoFull when_full = FiFoFull::BLOCK)
      : capacity_(capacity), when_full_(when_full), slots_(new T[capacity]), lock_("FiFo::lock_"),
        something_to_read_(&lock_, "FiFo::something_to_read_"), space_to_write_(&lock_, "FiFo::space_to_write_")
  {
  }
  ~FiFo() { delete[] slots_; }
  FiFo(const FiFo&) = delete;
  FiFo& operator=(const FiFo&) = delete;

  /// Appends; returns false when an element was lost (never with FiFoFull::BLOCK).
  bool put(T element)
  {
    ScopeLock lock(lock_);
    bool lost = false;
    while (count_ == capacity_)
    {
      if (when_full_ == FiFoFull::DROP_NEW)
        return false;
      if (when_full_ == FiFoFull::OVERWRITE_OLDEST)
      {
        takeOldest();
        lost = true;
      }
      else
        space_to_write_.wait();
    }
    slots_[(first_ + count_) % capacity_] = element;
    ++count_;
    something_to_read_.signal();
    return !lost;
  }

  /// Takes the oldest element; waits for one.
  T get()
  {
    ScopeLock lock(lock_);
    while (count_ == 0)
      something_to_read_.wait();
    T element = takeOldest();
    space_to_write_.signal();
    return element;
  }

  /// Takes the oldest element if there is one.
  bool tryGet(T& element)
  {
    ScopeLock lock(lock_);
    if (count_ == 0)
      return false;
    element = takeOldest();
    space_to_write_.signal();
    return true;
  }

  /// Copies the oldest element without taking it, if there is one.
  bool peekAhead(T& element)
  {
    ScopeLock lock(lock_);
    if (count_ == 0)
      return false;
    element = slots_[first_];
    return true;
  }

  void clear()
  {
    ScopeLock lock(lock_);
    first_ = count_ = 0;
    space_to_write_.broadcast();
  }

  size_t countElementsAhead()
  {
    ScopeLock lock(lock_);
    return count_;
  }
  size_t capacity() const { return capacity_; }

private:
  /// Lock held, queue not empty.
  T takeOldest()
  {
    T element = slots_[first_];
    first_ = (first_ + 1) % capacity_;
    --count_;
    return element;
  }

  const size_t capacity_;
  const FiFoFull when_full_;
  T* slots_;
  size_t first_ = 0;
  size_t count_ = 0;
  Mutex lock_;
  Condition something_to_read_;
  Condition space_to_write_;
};
