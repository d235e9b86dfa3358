#pragma once

#include "uvector.h"

namespace ustl
{

/// Sorted array of pairs: log n look-up, linear insertion; iteration is in key order.
template <class Key, class Value> class map
{
public:
  using value_type = pair<Key, Value>;
  using iterator = value_type*;
  using const_iterator = const value_type*;

  iterator begin() { return entries_.begin(); }
  iterator end() { return entries_.end(); }
  const_iterator begin() const { return entries_.begin(); }
  const_iterator end() const { return entries_.end(); }
  size_t size() const { return entries_.size(); }
  bool empty() const { return entries_.empty(); }
  void clear() { entries_.clear(); }

  /// Makes room for one more entry, so that adding it cannot fail; false when out of memory.
  [[nodiscard]] bool tryGrow() { return entries_.tryGrow(); }

  /// The entry of `key`, or end().
  iterator find(const Key& key)
  {
    iterator position = lowerBound(key);
    return position != end() && position->first == key ? position : end();
  }
  const_iterator find(const Key& key) const { return const_cast<map*>(this)->find(key); }
  size_t count(const Key& key) const { return find(key) != end(); }

  /// The value of `key`; a missing entry is created with a default value.
  Value& operator[](const Key& key)
  {
    iterator position = lowerBound(key);
    if (position == end() || !(position->first == key))
      position = entries_.insert(position, value_type{key, Value()});
    return position->second;
  }

  /// Adds the pair unless the key exists; says whether it was added.
  bool insert(value_type entry)
  {
    iterator position = lowerBound(entry.first);
    if (position != end() && position->first == entry.first)
      return false;
    entries_.insert(position, ustl::move(entry));
    return true;
  }

  iterator erase(iterator position) { return entries_.erase(position); }
  size_t erase(const Key& key)
  {
    iterator position = find(key);
    if (position == end())
      return 0;
    entries_.erase(position);
    return 1;
  }

private:
  iterator lowerBound(const Key& key)
  {
    return lower_bound(entries_.begin(), entries_.end(), key,
                       [](const value_type& entry, const Key& wanted) { return entry.first < wanted; });
  }

  vector<value_type> entries_;
};

} // namespace ustl
