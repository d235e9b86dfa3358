#pragma once

#include "uvector.h"

namespace ustl
{

/// Text of bytes, always NUL-terminated for c_str(). May hold NUL bytes when built with an explicit length.
class string
{
public:
  static constexpr size_t npos = ~size_t(0);
  using iterator = char*;
  using const_iterator = const char*;

  string() = default;
  string(const char* text) { append(text); }
  string(const char* text, size_t length) { append(text, length); }
  string(size_t count, char fill) { append(count, fill); }

  const char* c_str() const { return chars_.empty() ? "" : chars_.data(); }
  const char* data() const { return c_str(); }
  char* data() { return chars_.empty() ? nullptr : chars_.data(); }
  size_t size() const { return chars_.empty() ? 0 : chars_.size() - 1; }
  size_t length() const { return size(); }
  bool empty() const { return size() == 0; }

  iterator begin() { return data(); }
  iterator end() { return data() + size(); }
  const_iterator begin() const { return c_str(); }
  const_iterator end() const { return c_str() + size(); }
  char& operator[](size_t index) { return chars_[index]; }
  char operator[](size_t index) const { return c_str()[index]; }
  char front() const { return c_str()[0]; }
  char back() const { return c_str()[size() - 1]; }

  void clear() { chars_.clear(); }
  void reserve(size_t count) { chars_.reserve(count + 1); }
  void resize(size_t count, char fill = '\0')
  {
    if (!chars_.empty())
      chars_.pop_back();
    chars_.resize(count, fill);
    chars_.push_back('\0');
  }

  /// Makes room for `count` bytes of text in all, so that growing up to there cannot fail; false when out of memory.
  /// For lengths that somebody else decides.
  [[nodiscard]] bool tryReserve(size_t count) { return chars_.tryReserve(count + 1); }
  /// As resize; false when out of memory.
  [[nodiscard]] bool tryResize(size_t count)
  {
    if (!tryReserve(count))
      return false;
    resize(count);
    return true;
  }

  string& append(const char* text, size_t length);
  string& append(size_t count, char fill);
  string& append(const char* text) { return append(text, lengthOf(text)); }
  string& append(const string& text) { return append(text.c_str(), text.size()); }
  void push_back(char c) { append(1, c); }
  void pop_back() { resize(size() - 1); }
  string& operator+=(const char* text) { return append(text); }
  string& operator+=(const string& text) { return append(text); }
  string& operator+=(char c) { return append(1, c); }

  /// Position of the first match at or after `from`, or npos.
  size_t find(char c, size_t from = 0) const;
  size_t find(const char* text, size_t from = 0) const;
  size_t find(const string& text, size_t from = 0) const { return find(text.c_str(), from); }
  /// Position of the last match, or npos.
  size_t rfind(char c) const;
  size_t find_last_of(char c) const { return rfind(c); }
  size_t find_first_of(const char* set, size_t from = 0) const;
  size_t find_first_not_of(const char* set, size_t from = 0) const;

  /// The part from `from` on, at most `count` bytes; empty when `from` is behind the end.
  string substr(size_t from, size_t count = npos) const;
  string& erase(size_t from, size_t count = npos);
  bool starts_with(const char* prefix) const { return find(prefix) == 0; }

  /// Negative, zero or positive like strcmp, over the bytes of both.
  int compare(const char* text, size_t length) const;
  int compare(const string& other) const { return compare(other.c_str(), other.size()); }
  int compare(const char* text) const { return compare(text, lengthOf(text)); }

  void swap(string& other) { chars_.swap(other.chars_); }

private:
  static size_t lengthOf(const char* text) { return __builtin_strlen(text); }

  vector<char> chars_; ///< empty, or the text with its NUL
};

inline bool operator==(const string& a, const string& b)
{
  return a.compare(b) == 0;
}
inline bool operator==(const string& a, const char* b)
{
  return a.compare(b) == 0;
}
inline bool operator<(const string& a, const string& b)
{
  return a.compare(b) < 0;
}
inline string operator+(const string& a, const string& b)
{
  string sum = a;
  sum += b;
  return sum;
}

} // namespace ustl
