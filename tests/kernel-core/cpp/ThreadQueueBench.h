#pragma once

#include "ThreadQueue.h"
#include "rust/cxx.h"
#include <cstddef>
#include <deque>
#include <memory>

/// Two ThreadQueues, and links whose "thread" is their number.
class ThreadQueueBench
{
public:
  explicit ThreadQueueBench(size_t links);

  void push_back(size_t queue, size_t link) { queues_[queue].pushBack(links_[link]); }
  void push_front(size_t queue, size_t link) { queues_[queue].pushFront(links_[link]); }
  void insert_before(size_t position, size_t link) { ThreadQueue::insertBefore(links_[position], links_[link]); }
  ptrdiff_t pop_front(size_t queue);
  void remove(size_t link) { ThreadQueue::remove(links_[link]); }
  bool is_linked(size_t link) const { return links_[link].isLinked(); }
  rust::Vec<size_t> contents(size_t queue) const;

private:
  ThreadQueue queues_[2];
  std::deque<ThreadLink> links_;
};

std::unique_ptr<ThreadQueueBench> new_queues(size_t links);
