#pragma once

/**
 * @file The few language helpers every container here needs: move, forward, swap, pair.
 * Containers of this directory are small re-implementations of what SWEB uses of the STL. They are not
 * thread-safe; the owner's lock guards them. They allocate with `new`, hence never in interrupt context.
 */
namespace ustl
{

template <class T> struct remove_reference
{
  using type = T;
};
template <class T> struct remove_reference<T&>
{
  using type = T;
};
template <class T> struct remove_reference<T&&>
{
  using type = T;
};

template <class T> constexpr typename remove_reference<T>::type&& move(T&& value)
{
  return static_cast<typename remove_reference<T>::type&&>(value);
}

template <class T> constexpr T&& forward(typename remove_reference<T>::type& value)
{
  return static_cast<T&&>(value);
}

template <class T> constexpr void swap(T& a, T& b)
{
  T saved = ustl::move(a);
  a = ustl::move(b);
  b = ustl::move(saved);
}

template <class A, class B> struct pair
{
  A first{};
  B second{};

  bool operator==(const pair& other) const { return first == other.first && second == other.second; }
};

template <class A, class B> pair<A, B> make_pair(A a, B b)
{
  return {ustl::move(a), ustl::move(b)};
}

} // namespace ustl
