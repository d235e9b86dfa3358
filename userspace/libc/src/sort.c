#include "stdlib.h"

typedef int (*Comparison)(const void*, const void*);

static void swapElements(char* left, char* right, size_t size)
{
  for (size_t i = 0; i < size; ++i)
  {
    char byte = left[i];
    left[i] = right[i];
    right[i] = byte;
  }
}

// Lets the element at `root` sink until the heap below it is in order again.
static void siftDown(char* array, size_t root, size_t count, size_t size, Comparison compare)
{
  for (size_t child; (child = 2 * root + 1) < count; root = child)
  {
    if (child + 1 < count && compare(array + child * size, array + (child + 1) * size) < 0)
      ++child;
    if (compare(array + root * size, array + child * size) >= 0)
      return;
    swapElements(array + root * size, array + child * size, size);
  }
}

// Heap sort: n log n for every input, no recursion, no memory.
void qsort(void* array, size_t count, size_t size, Comparison compare)
{
  for (size_t root = count / 2; root-- > 0;)
    siftDown(array, root, count, size, compare);
  for (size_t end = count; end-- > 1;)
  {
    swapElements(array, (char*)array + end * size, size);
    siftDown(array, 0, end, size, compare);
  }
}

void* bsearch(const void* key, const void* array, size_t count, size_t size, Comparison compare)
{
  const char* base = array;
  while (count > 0)
  {
    const char* middle = base + count / 2 * size;
    int order = compare(key, middle);
    if (order == 0)
      return (void*)middle;
    if (order > 0)
    {
      base = middle + size;
      count -= count / 2 + 1;
    }
    else
      count /= 2;
  }
  return 0;
}
