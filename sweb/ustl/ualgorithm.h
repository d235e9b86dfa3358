#pragma once

#include "uutility.h"

/// @file Algorithms over iterator pairs. None of them allocates.
namespace ustl
{

template <class T> constexpr const T& min(const T& a, const T& b)
{
  return b < a ? b : a;
}

template <class T> constexpr const T& max(const T& a, const T& b)
{
  return a < b ? b : a;
}

template <class It, class T> It find(It first, It last, const T& value)
{
  while (first != last && !(*first == value))
    ++first;
  return first;
}

template <class It, class Predicate> It find_if(It first, It last, Predicate matches)
{
  while (first != last && !matches(*first))
    ++first;
  return first;
}

template <class It, class Function> Function for_each(It first, It last, Function function)
{
  for (; first != last; ++first)
    function(*first);
  return function;
}

template <class It> void reverse(It first, It last)
{
  while (first < last && first < --last)
    swap(*first++, *last);
}

/// Makes `middle` the first element, in place: the scheduler turns its list this way without touching the heap.
template <class It> void rotate(It first, It middle, It last)
{
  reverse(first, middle);
  reverse(middle, last);
  reverse(first, last);
}

/// First position whose element is not less than `value`; the range is sorted by `less`.
template <class It, class T, class Less> It lower_bound(It first, It last, const T& value, Less less)
{
  auto count = last - first;
  while (count > 0)
  {
    auto half = count / 2;
    if (less(first[half], value))
    {
      first += half + 1;
      count -= half + 1;
    }
    else
      count = half;
  }
  return first;
}

/// Heap sort: in place, no recursion (kernel stacks are small), n log n also in the worst case.
template <class It, class Less> void sort(It first, It last, Less less)
{
  auto count = last - first;
  auto sift_down = [&](decltype(count) root, decltype(count) end)
  {
    for (auto child = 2 * root + 1; child < end; child = 2 * root + 1)
    {
      if (child + 1 < end && less(first[child], first[child + 1]))
        ++child;
      if (!less(first[root], first[child]))
        return;
      swap(first[root], first[child]);
      root = child;
    }
  };
  for (auto root = count / 2; root > 0; --root)
    sift_down(root - 1, count);
  for (auto end = count - 1; end > 0; --end)
  {
    swap(first[0], first[end]);
    sift_down(0, end);
  }
}

template <class It> void sort(It first, It last)
{
  sort(first, last, [](const auto& a, const auto& b) { return a < b; });
}

} // namespace ustl
