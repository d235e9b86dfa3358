// malloc under a random load: no two blocks overlap, contents survive, and all memory can be had again at the end.
#include "check.h"
#include "stdlib.h"
#include "string.h"

enum
{
  BLOCKS = 200,
  ROUNDS = 5000,
  LARGEST = 3000,
};

static struct
{
  unsigned char* memory;
  size_t size;
} blocks[BLOCKS];

// Each block is filled with a value of its own.
static unsigned char fillOf(int index) { return (unsigned char)(index * 7 + 1); }

static int isIntact(int index)
{
  for (size_t i = 0; i < blocks[index].size; ++i)
  {
    if (blocks[index].memory[i] != fillOf(index))
      return 0;
  }
  return 1;
}

static void allocate(int index)
{
  blocks[index].size = (size_t)(rand() % LARGEST);
  blocks[index].memory = malloc(blocks[index].size);
  CHECK(blocks[index].memory && ((size_t)blocks[index].memory & 15) == 0);
  memset(blocks[index].memory, fillOf(index), blocks[index].size);
}

static void resize(int index)
{
  size_t new_size = (size_t)(rand() % LARGEST);
  unsigned char* memory = realloc(blocks[index].memory, new_size);
  CHECK(memory);
  blocks[index].memory = memory;
  if (new_size < blocks[index].size)
    blocks[index].size = new_size;
  CHECK(isIntact(index));
  blocks[index].size = new_size;
  memset(memory, fillOf(index), new_size);
}

static void release(int index)
{
  CHECK(isIntact(index));
  free(blocks[index].memory);
  blocks[index].memory = 0;
}

int main(void)
{
  srand(2026);
  for (int round = 0; round < ROUNDS; ++round)
  {
    int index = rand() % BLOCKS;
    if (!blocks[index].memory)
      allocate(index);
    else if (rand() % 4 == 0)
      resize(index);
    else
      release(index);
  }
  for (int i = 0; i < BLOCKS; ++i)
  {
    if (blocks[i].memory)
      release(i);
  }

  int* zeroes = calloc(1000, sizeof(int));
  int sum = 0;
  for (int i = 0; i < 1000; ++i)
    sum |= zeroes[i];
  CHECK(sum == 0);
  free(zeroes);
  CHECK(!malloc(1ul << 40));
  CHECK(!calloc(1ul << 33, 1ul << 33));
  void* large = malloc(15ul << 20);
  CHECK(large);
  free(large);
  return CHECK_RESULT("malloctest");
}
