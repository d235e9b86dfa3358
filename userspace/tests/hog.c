// hog [KIB]: takes memory, by default 1 GiB, page by page. The kernel has to end it when no more can
// be had, and everything else has to go on.
#include "nonstd.h"
#include "stdio.h"
#include "stdlib.h"

#define LARGEST (1024ul * 1024 * 1024)
#define PAGE 4096ul

static volatile char memory[LARGEST];

int main(int argc, char* argv[])
{
  unsigned long size = argc > 1 ? (unsigned long)atol(argv[1]) * 1024 : LARGEST;
  for (unsigned long offset = 0; offset < size && offset < LARGEST; offset += PAGE)
    memory[offset] = 1;
  printf("hog: took %lu KiB\n", size / 1024);
  return 0;
}
