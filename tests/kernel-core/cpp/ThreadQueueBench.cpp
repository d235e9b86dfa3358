#include "ThreadQueueBench.h"

namespace
{
/// Thread is never defined here: a queue only passes the pointer on.
Thread* threadFor(size_t number)
{
  return reinterpret_cast<Thread*>(number + 1);
}

size_t numberOf(const Thread* thread)
{
  return reinterpret_cast<size_t>(thread) - 1;
}
} // namespace

ThreadQueueBench::ThreadQueueBench(size_t links)
{
  for (size_t number = 0; number < links; ++number)
    links_.emplace_back(threadFor(number));
}

ptrdiff_t ThreadQueueBench::pop_front(size_t queue)
{
  const Thread* thread = queues_[queue].popFront();
  return thread ? static_cast<ptrdiff_t>(numberOf(thread)) : -1;
}

rust::Vec<size_t> ThreadQueueBench::contents(size_t queue) const
{
  rust::Vec<size_t> numbers;
  for (const ThreadLink* link = queues_[queue].first(); link; link = queues_[queue].after(*link))
    numbers.push_back(numberOf(link->thread));
  return numbers;
}

std::unique_ptr<ThreadQueueBench> new_queues(size_t links)
{
  return std::make_unique<ThreadQueueBench>(links);
}
