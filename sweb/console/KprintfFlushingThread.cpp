#include "KprintfFlushingThread.h"

#include "KprintfBuffer.h"
#include "kprintf.h"

KprintfFlushingThread::KprintfFlushingThread() : Thread(nullptr, "KprintfFlushingThread", KERNEL_THREAD) {}

void KprintfFlushingThread::Run()
{
  KprintfBuffer& buffer = KprintfBuffer::instance();
  for (;;)
  {
    char text[256];
    while (size_t length = buffer.take(text, sizeof(text)))
      kputs(text, length);
    if (size_t lost = buffer.takeLost())
      kprintf("\n[%zu characters of kernel messages lost]\n", lost);
    buffer.wait();
  }
}
