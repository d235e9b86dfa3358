#include "ThreadQueue.h"

void ThreadQueue::insertBefore(ThreadLink& position, ThreadLink& link)
{
  link.previous = position.previous;
  link.next = &position;
  position.previous->next = &link;
  position.previous = &link;
}

Thread* ThreadQueue::popFront()
{
  ThreadLink* link = first();
  if (!link)
    return nullptr;
  remove(*link);
  return link->thread;
}

void ThreadQueue::remove(ThreadLink& link)
{
  if (!link.isLinked())
    return;
  link.previous->next = link.next;
  link.next->previous = link.previous;
  link.previous = nullptr;
  link.next = nullptr;
}
