#include "ustring.h"

namespace ustl
{

string& string::append(const char* text, size_t length)
{
  if (text >= chars_.begin() && text < chars_.end())
    return append(string(text, length)); // our own bytes, which growth would move away
  size_t old_size = size();
  if (old_size + length + 1 > chars_.capacity())
    chars_.reserve(ustl::max(old_size + length + 1, 2 * chars_.capacity()));
  resize(old_size + length);
  for (size_t i = 0; i < length; ++i)
    chars_[old_size + i] = text[i];
  return *this;
}

string& string::append(size_t count, char fill)
{
  resize(size() + count, fill);
  return *this;
}

size_t string::find(char c, size_t from) const
{
  for (size_t i = from; i < size(); ++i)
    if (chars_[i] == c)
      return i;
  return npos;
}

size_t string::find(const char* text, size_t from) const
{
  size_t length = lengthOf(text);
  for (size_t i = from; i + length <= size(); ++i)
    if (__builtin_memcmp(c_str() + i, text, length) == 0)
      return i;
  return npos;
}

size_t string::rfind(char c) const
{
  for (size_t i = size(); i > 0; --i)
    if (chars_[i - 1] == c)
      return i - 1;
  return npos;
}

size_t string::find_first_of(const char* set, size_t from) const
{
  size_t set_length = lengthOf(set);
  for (size_t i = from; i < size(); ++i)
    if (ustl::find(set, set + set_length, chars_[i]) != set + set_length)
      return i;
  return npos;
}

size_t string::find_first_not_of(const char* set, size_t from) const
{
  size_t set_length = lengthOf(set);
  for (size_t i = from; i < size(); ++i)
    if (ustl::find(set, set + set_length, chars_[i]) == set + set_length)
      return i;
  return npos;
}

string string::substr(size_t from, size_t count) const
{
  if (from >= size())
    return string();
  return string(c_str() + from, ustl::min(count, size() - from));
}

string& string::erase(size_t from, size_t count)
{
  if (from >= size())
    return *this;
  count = ustl::min(count, size() - from);
  chars_.erase(chars_.begin() + from, chars_.begin() + from + count);
  return *this;
}

int string::compare(const char* text, size_t length) const
{
  int order = __builtin_memcmp(c_str(), text, ustl::min(size(), length));
  if (order != 0 || size() == length)
    return order;
  return size() < length ? -1 : 1;
}

} // namespace ustl
