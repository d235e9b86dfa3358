#pragma once

#include "Bitmap.h"
#include "FiFo.h"
#include "RingBuffer.h"
#include "rust/cxx.h"
#include "ulist.h"
#include "umap.h"
#include "ustring.h"
#include <memory>

// The kernel's containers with element types Rust knows.

std::unique_ptr<Bitmap> new_bitmap(size_t bits);

using Ring = RingBuffer<uint32>;
std::unique_ptr<Ring> new_ring(size_t capacity);
/// What a consumer gets of the numbers 0.. that a producer thread puts, trying again when the buffer is full.
rust::Vec<uint32_t> ring_between_threads(size_t capacity, uint32_t elements);

using Queue = FiFo<uint32>;
/// Full: the new element is dropped, or the oldest one with `overwrite`.
std::unique_ptr<Queue> new_queue(size_t capacity, bool overwrite);
/// What a consumer gets in order; producer p puts p * elements_each + 0.. through a blocking queue.
rust::Vec<uint32_t> queue_between_threads(size_t capacity, uint32_t producers, uint32_t elements_each);

/// ustl::list, and with it ustl::vector and the algorithms.
class Numbers
{
public:
  void push_back(int32_t value) { list_.push_back(value); }
  void push_front(int32_t value) { list_.push_front(value); }
  void insert(size_t index, int32_t value) { list_.insert(list_.begin() + index, value); }
  void erase(size_t begin, size_t end) { list_.erase(list_.begin() + begin, list_.begin() + end); }
  void resize(size_t size, int32_t value) { list_.resize(size, value); }
  void remove(int32_t value) { list_.remove(value); }
  void rotate(size_t middle) { ustl::rotate(list_.begin(), list_.begin() + middle, list_.end()); }
  void sort() { ustl::sort(list_.begin(), list_.end()); }
  rust::Vec<int32_t> contents() const;

private:
  ustl::list<int32_t> list_;
};
std::unique_ptr<Numbers> new_numbers();

class Dictionary
{
public:
  void set(rust::Str key, int32_t value);
  bool insert(rust::Str key, int32_t value);
  bool erase(rust::Str key);
  int32_t lookup(rust::Str key, int32_t missing) const;
  rust::Vec<rust::String> keys() const;

private:
  ustl::map<ustl::string, int32_t> map_;
};
std::unique_ptr<Dictionary> new_dictionary();
