// free: how the machine's memory is used, how long it has been up, and how long of that it had something to do.
#include "errno.h"
#include "nonstd.h"
#include "stdio.h"

int main(void)
{
  struct system_information information;
  if (system_information(&information) < 0)
  {
    perror("free");
    return 1;
  }
  unsigned long used = information.total_pages - information.free_pages;
  unsigned long page_kib = information.page_size / 1024;
  unsigned long milliseconds = information.uptime_ns / 1000000;
  printf("            pages       KiB\n");
  printf("total  %10lu%10lu\n", information.total_pages, information.total_pages * page_kib);
  printf("used   %10lu%10lu   (kernel heap: %lu KiB, %lu pages)\n", used, used * page_kib, information.heap_used / 1024,
         (information.heap_used + information.page_size - 1) / information.page_size);
  printf("free   %10lu%10lu\n", information.free_pages, information.free_pages * page_kib);
  unsigned long busy = (information.uptime_ns - information.halted_ns) / 1000000;
  printf("processes: %lu, up for %lu.%03lu seconds, busy for %lu.%03lu\n", information.processes, milliseconds / 1000,
         milliseconds % 1000, busy / 1000, busy % 1000);
  return 0;
}
