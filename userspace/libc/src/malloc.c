// A first-fit allocator over a fixed arena.
//
// The arena is a large array of zeroes: the kernel gives it memory page by page as it is touched, so a program pays for
// what it uses. (An allocator that grows with brk or sbrk is an exercise.)
//
// The arena is a sequence of blocks without gaps. A block is a header and its payload; headers are 16 bytes, sizes are
// multiples of 16, and so is every payload's address. Free neighbours are merged while searching, which keeps free()
// short and makes the list of blocks the only data structure.
#include "errno.h"
#include "stdio.h"
#include "stdlib.h"
#include "string.h"

#define ARENA_SIZE (16ul * 1024 * 1024)
#define ALIGNMENT 16ul
#define MARKER_USED 0x55534544u
#define MARKER_FREE 0x46524545u

struct Block
{
  size_t size; // of the payload
  unsigned marker;
  unsigned padding;
};
_Static_assert(sizeof(struct Block) == ALIGNMENT, "the payload must be aligned");

static char arena[ARENA_SIZE] __attribute__((aligned(16)));

// First byte no block has been made of yet. Keeps the untouched rest of the arena untouched.
static char* arena_end = arena;

static struct Block* firstBlock(void) { return (struct Block*)arena; }
static struct Block* nextBlock(struct Block* block) { return (struct Block*)((char*)(block + 1) + block->size); }
static int isLast(struct Block* block) { return (char*)nextBlock(block) == arena_end; }

static void checkMarker(struct Block* block, const char* who)
{
  if (block->marker == MARKER_USED || block->marker == MARKER_FREE)
    return;
  printf("%s: the heap is damaged at %p (written beyond the end of a block?)\n", who, (void*)block);
  abort();
}

static void mergeWithFollowing(struct Block* block)
{
  while (!isLast(block) && nextBlock(block)->marker == MARKER_FREE)
    block->size += sizeof(struct Block) + nextBlock(block)->size;
}

// Cuts what is beyond `size` off a block, if that is enough for another block.
static void split(struct Block* block, size_t size)
{
  if (block->size < size + sizeof(struct Block) + ALIGNMENT)
    return;
  size_t rest = block->size - size - sizeof(struct Block);
  block->size = size;
  *nextBlock(block) = (struct Block){.size = rest, .marker = MARKER_FREE};
}

static size_t roundUp(size_t size) { return size == 0 ? ALIGNMENT : (size + ALIGNMENT - 1) & ~(ALIGNMENT - 1); }

void* malloc(size_t size)
{
  if (size > ARENA_SIZE)
  {
    errno = ENOMEM;
    return 0;
  }
  size = roundUp(size);
  for (struct Block* block = firstBlock(); (char*)block != arena_end; block = nextBlock(block))
  {
    checkMarker(block, "malloc");
    if (block->marker != MARKER_FREE)
      continue;
    mergeWithFollowing(block);
    if (block->size < size)
      continue;
    split(block, size);
    block->marker = MARKER_USED;
    return block + 1;
  }

  if ((size_t)(arena + ARENA_SIZE - arena_end) < size + sizeof(struct Block))
  {
    errno = ENOMEM;
    return 0;
  }
  struct Block* block = (struct Block*)arena_end;
  *block = (struct Block){.size = size, .marker = MARKER_USED};
  arena_end = (char*)nextBlock(block);
  return block + 1;
}

void free(void* memory)
{
  if (!memory)
    return;
  struct Block* block = (struct Block*)memory - 1;
  if ((char*)block < arena || (char*)block >= arena_end || ((size_t)memory & (ALIGNMENT - 1)) != 0)
  {
    printf("free: %p was not allocated\n", memory);
    abort();
  }
  if (block->marker == MARKER_FREE)
  {
    printf("free: %p is free already\n", memory);
    abort();
  }
  checkMarker(block, "free");
  block->marker = MARKER_FREE;
}

void* calloc(size_t count, size_t size)
{
  size_t bytes;
  if (__builtin_mul_overflow(count, size, &bytes))
  {
    errno = ENOMEM;
    return 0;
  }
  void* memory = malloc(bytes);
  return memory ? memset(memory, 0, bytes) : 0;
}

void* realloc(void* memory, size_t size)
{
  if (!memory)
    return malloc(size);
  struct Block* block = (struct Block*)memory - 1;
  checkMarker(block, "realloc");
  if (size <= ARENA_SIZE)
  {
    mergeWithFollowing(block);
    if (roundUp(size) <= block->size)
    {
      split(block, roundUp(size));
      return memory;
    }
  }
  void* larger = malloc(size);
  if (!larger)
    return 0;
  memcpy(larger, memory, block->size < size ? block->size : size);
  free(memory);
  return larger;
}
