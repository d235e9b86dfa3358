#pragma once

#include "types.h"
#include "ualgorithm.h"
#include <new>

namespace ustl
{

/**
 * Contiguous growing array. Growth doubles the capacity; `erase`, `pop_back`, `clear` and `resize` to a smaller size
 * never reallocate, so they may be used where the heap may not. Indices are not checked.
 */
template <class T> class vector
{
public:
  using value_type = T;
  using size_type = size_t;
  using iterator = T*;
  using const_iterator = const T*;

  vector() = default;
  explicit vector(size_t count, const T& value = T()) { resize(count, value); }
  vector(const vector& other) { assign(other.begin(), other.end()); }
  vector(vector&& other) { swap(other); }
  ~vector()
  {
    clear();
    release(data_);
  }

  vector& operator=(const vector& other)
  {
    if (this != &other)
      assign(other.begin(), other.end());
    return *this;
  }
  vector& operator=(vector&& other)
  {
    swap(other);
    return *this;
  }

  iterator begin() { return data_; }
  iterator end() { return data_ + size_; }
  const_iterator begin() const { return data_; }
  const_iterator end() const { return data_ + size_; }

  size_t size() const { return size_; }
  size_t capacity() const { return capacity_; }
  bool empty() const { return size_ == 0; }

  T* data() { return data_; }
  const T* data() const { return data_; }
  T& operator[](size_t index) { return data_[index]; }
  const T& operator[](size_t index) const { return data_[index]; }
  T& at(size_t index) { return data_[index]; }
  const T& at(size_t index) const { return data_[index]; }
  T& front() { return data_[0]; }
  const T& front() const { return data_[0]; }
  T& back() { return data_[size_ - 1]; }
  const T& back() const { return data_[size_ - 1]; }

  /// Makes room for `count` elements in all; the only function besides growth that allocates.
  void reserve(size_t count)
  {
    if (count > capacity_)
      moveTo(static_cast<T*>(::operator new(count * sizeof(T))), count);
  }

  /// As reserve; false, with nothing changed, when out of memory. For sizes that somebody else decides.
  [[nodiscard]] bool tryReserve(size_t count)
  {
    if (count <= capacity_)
      return true;
    size_t bytes = 0;
    if (__builtin_mul_overflow(count, sizeof(T), &bytes))
      return false;
    auto* bigger = static_cast<T*>(::operator new(bytes, std::nothrow));
    if (bigger)
      moveTo(bigger, count);
    return bigger != nullptr;
  }

  /// Makes room for one more element, which the next push_back or insert then has; false when out of memory.
  [[nodiscard]] bool tryGrow() { return size_ < capacity_ || tryReserve(grownCapacity()); }

  /// Taken by value: the argument may be an element of this vector, which growth would move away.
  void push_back(T value)
  {
    grow();
    new (&data_[size_]) T(ustl::move(value));
    ++size_;
  }

  void pop_back() { data_[--size_].~T(); }

  iterator insert(iterator position, T value)
  {
    size_t index = position - data_;
    push_back(ustl::move(value));
    for (size_t i = size_ - 1; i > index; --i)
      ustl::swap(data_[i], data_[i - 1]);
    return data_ + index;
  }

  iterator erase(iterator position) { return erase(position, position + 1); }

  iterator erase(iterator first, iterator last)
  {
    iterator to = first;
    for (iterator from = last; from != end(); ++from, ++to)
      *to = ustl::move(*from);
    size_t remaining = to - data_;
    while (size_ > remaining)
      pop_back();
    return first;
  }

  void clear()
  {
    while (size_ > 0)
      pop_back();
  }

  void resize(size_t count, const T& value = T())
  {
    while (size_ > count)
      pop_back();
    reserve(count);
    while (size_ < count)
      new (&data_[size_++]) T(value);
  }

  /// As resize; false, with nothing changed, when out of memory.
  [[nodiscard]] bool tryResize(size_t count, const T& value = T())
  {
    if (!tryReserve(count))
      return false;
    resize(count, value);
    return true;
  }

  template <class It> void assign(It first, It last)
  {
    clear();
    reserve(last - first);
    for (; first != last; ++first)
      push_back(*first);
  }

  void swap(vector& other)
  {
    ustl::swap(data_, other.data_);
    ustl::swap(size_, other.size_);
    ustl::swap(capacity_, other.capacity_);
  }

  bool operator==(const vector& other) const
  {
    if (size_ != other.size_)
      return false;
    for (size_t i = 0; i < size_; ++i)
      if (!(data_[i] == other.data_[i]))
        return false;
    return true;
  }

private:
  void grow()
  {
    if (size_ == capacity_)
      reserve(grownCapacity());
  }

  size_t grownCapacity() const { return capacity_ ? 2 * capacity_ : 4; }

  void moveTo(T* bigger, size_t capacity)
  {
    for (size_t i = 0; i < size_; ++i)
    {
      new (&bigger[i]) T(ustl::move(data_[i]));
      data_[i].~T();
    }
    release(data_);
    data_ = bigger;
    capacity_ = capacity;
  }

  static void release(T* data) { ::operator delete(data); }

  T* data_ = nullptr;
  size_t size_ = 0;
  size_t capacity_ = 0;
};

} // namespace ustl
