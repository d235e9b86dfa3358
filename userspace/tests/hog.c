// hog [KIB]: takes memory, by default 1 GiB, page by page, each of which must be all zeros. The kernel has to end it
// when no more can be had, and everything else has to go on.
#include "nonstd.h"
#include "stdio.h"
#include "stdlib.h"

#define LARGEST (1024ul * 1024 * 1024)
#define PAGE 4096ul
#define SECRET 0x5ec2e70112345678ul

static volatile unsigned long memory[LARGEST / sizeof(unsigned long)];

static int is_clean(const volatile unsigned long* page)
{
  for (unsigned long i = 0; i < PAGE / sizeof(*page); ++i)
    if (page[i] != 0)
      return 0;
  return 1;
}

int main(int argc, char* argv[])
{
  unsigned long size = argc > 1 ? (unsigned long)atol(argv[1]) * 1024 : LARGEST;
  for (unsigned long offset = 0; offset < size && offset < LARGEST; offset += PAGE)
  {
    volatile unsigned long* page = memory + offset / sizeof(*memory);
    if (!is_clean(page))
    {
      printf("[FAIL] hog: what others left is in page %lu\n", offset / PAGE);
      return 1;
    }
    *page = SECRET;
  }
  printf("hog: took %lu KiB\n", size / 1024);
  return 0;
}
