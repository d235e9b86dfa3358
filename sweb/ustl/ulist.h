#pragma once

#include "uvector.h"

namespace ustl
{

/**
 * As in SWEB, a list is a vector with the list's interface: erasing never reallocates and turning it
 * (`ustl::rotate`) needs no heap. Lists here are short; where they are not, use an intrusive list.
 */
template <class T> class list : public vector<T>
{
public:
  using vector<T>::vector;

  void push_front(T value) { this->insert(this->begin(), ustl::move(value)); }
  void pop_front() { this->erase(this->begin()); }

  /// Removes every element equal to `value`.
  void remove(const T& value)
  {
    auto to = this->begin();
    for (auto& element : *this)
    {
      if (!(element == value))
      {
        if (to != &element)
          *to = ustl::move(element);
        ++to;
      }
    }
    this->erase(to, this->end());
  }
};

} // namespace ustl
