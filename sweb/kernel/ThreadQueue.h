#pragma once

class Thread;

/// The member by which a thread hangs in a ThreadQueue. It knows its thread, so a queue never guesses.
struct ThreadLink
{
  constexpr explicit ThreadLink(Thread* owner) : thread(owner) {}
  ThreadLink(const ThreadLink&) = delete;
  ThreadLink& operator=(const ThreadLink&) = delete;

  [[nodiscard]] bool isLinked() const { return next != nullptr; }

  Thread* const thread;
  ThreadLink* previous = nullptr;
  ThreadLink* next = nullptr;
};

/// A doubly linked queue of threads that needs no memory of its own, so it works in interrupt handlers and below the
/// heap. Not locked: callers disable interrupts. A link is in at most one queue.
class ThreadQueue
{
public:
  constexpr ThreadQueue() : head_(nullptr)
  {
    head_.next = &head_;
    head_.previous = &head_;
  }
  ThreadQueue(const ThreadQueue&) = delete;
  ThreadQueue& operator=(const ThreadQueue&) = delete;

  [[nodiscard]] bool isEmpty() const { return head_.next == &head_; }

  void pushBack(ThreadLink& link) { insertBefore(head_, link); }
  void pushFront(ThreadLink& link) { insertBefore(*head_.next, link); }

  /// Inserts `link` in front of `position`, which is in some queue.
  static void insertBefore(ThreadLink& position, ThreadLink& link);

  /// Takes the first thread out; null when the queue is empty.
  Thread* popFront();

  /// Takes `link` out of the queue it is in; no effect if it is in none.
  static void remove(ThreadLink& link);

  /// For walking: the first link, and the one behind `link`; null at the end.
  [[nodiscard]] ThreadLink* first() const { return isEmpty() ? nullptr : head_.next; }
  [[nodiscard]] ThreadLink* after(const ThreadLink& link) const { return link.next == &head_ ? nullptr : link.next; }

private:
  ThreadLink head_; ///< closes the ring; stands for no thread
};
