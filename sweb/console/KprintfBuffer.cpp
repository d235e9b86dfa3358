#include "KprintfBuffer.h"

#include "InterruptGuard.h"

constinit KprintfBuffer KprintfBuffer::instance_;

void KprintfBuffer::put(const char* text, size_t length)
{
  {
    InterruptGuard guard;
    for (size_t index = 0; index < length; ++index)
    {
      if (count_ == SIZE)
      {
        lost_ += length - index;
        break;
      }
      text_[(first_ + count_++) % SIZE] = text[index];
    }
  }
  arrived_.notify();
}

size_t KprintfBuffer::take(char* text, size_t capacity)
{
  InterruptGuard guard;
  size_t taken = 0;
  for (; taken < capacity && count_ != 0; ++taken, --count_)
  {
    text[taken] = text_[first_];
    first_ = (first_ + 1) % SIZE;
  }
  return taken;
}

size_t KprintfBuffer::takeLost()
{
  InterruptGuard guard;
  size_t lost = lost_;
  lost_ = 0;
  return lost;
}
