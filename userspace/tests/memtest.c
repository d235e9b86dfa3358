// Touches the last 3 MiB of a 16 MiB array backwards, page by page in all its words, and reads everything back. The
// kernel has to load each of these pages on demand, zeroed, and leave the other 13 MiB alone.
#include "stdio.h"

#define ARRAY_SIZE (16ul * 1024 * 1024)
#define TOUCHED (3ul * 1024 * 1024)
#define WORDS (ARRAY_SIZE / sizeof(unsigned long))
#define FIRST_TOUCHED (WORDS - TOUCHED / sizeof(unsigned long))

static volatile unsigned long array[WORDS];

static unsigned long pattern(unsigned long index) { return index * 0x9e3779b97f4a7c15ul; }

int main(void)
{
  for (unsigned long i = WORDS; i-- > FIRST_TOUCHED;)
  {
    if (array[i] != 0)
    {
      printf("[FAIL] memtest: word %lu was %lx before anything was written\n", i, array[i]);
      return -1;
    }
    array[i] = pattern(i);
  }
  for (unsigned long i = FIRST_TOUCHED; i < WORDS; ++i)
  {
    if (array[i] != pattern(i))
    {
      printf("[FAIL] memtest: word %lu is %lx instead of %lx\n", i, array[i], pattern(i));
      return -1;
    }
  }
  printf("[PASS] memtest: %lu KiB written and read back\n", TOUCHED / 1024);
  return 0;
}
