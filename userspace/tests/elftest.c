// Program files that lie. Takes a good program apart, changes its headers, and starts the result: the kernel has to
// refuse it, or end it, and go on. After the known lies come random ones.
#include "check.h"
#include "errno.h"
#include "fcntl.h"
#include "nonstd.h"
#include "stdlib.h"
#include "string.h"
#include "unistd.h"

#define ORIGINAL "/usr/mult.sweb"
#define CHANGED "/usr/elftest.tmp"

enum
{
  ROUNDS = 60,
  HEADERS_SIZE = 64 + 4 * 56,
};

// Offsets in the file: the ELF header, and the program header of the first segment, which is the code.
enum
{
  E_CLASS = 4,
  E_TYPE = 16,
  E_MACHINE = 18,
  E_ENTRY = 24,
  E_PHOFF = 32,
  E_PHENTSIZE = 54,
  E_PHNUM = 56,
  P_TYPE = 64,
  P_FLAGS = 68,
  P_OFFSET = 72,
  P_VADDR = 80,
  P_FILESZ = 96,
  P_MEMSZ = 104,
};

static unsigned char* original;
static size_t size;

static void readOriginal(void)
{
  int fd = open(ORIGINAL, O_RDONLY);
  size = (size_t)lseek(fd, 0, SEEK_END);
  original = malloc(size);
  CHECK(lseek(fd, 0, SEEK_SET) == 0 && read(fd, original, size) == (ssize_t)size);
  close(fd);
}

static void writeChanged(const void* data, size_t length)
{
  int fd = open(CHANGED, O_WRONLY | O_CREAT | O_TRUNC);
  CHECK(fd >= 0 && write(fd, data, length) == (ssize_t)length);
  close(fd);
}

// The program with the `bytes` at `offset` replaced.
static void change(size_t offset, unsigned long value, size_t bytes)
{
  unsigned char* copy = malloc(size);
  memcpy(copy, original, size);
  memcpy(copy + offset, &value, bytes);
  writeChanged(copy, size);
  free(copy);
}

static int isRefused(void) { return createprocess(CHANGED, 1) == -1 && errno == ENOEXEC; }

#define REFUSES(offset, value, bytes)                                                                                  \
  do                                                                                                                   \
  {                                                                                                                    \
    change(offset, value, bytes);                                                                                      \
    CHECK(isRefused());                                                                                                \
  } while (0)

static void testKnownLies(void)
{
  REFUSES(0, 0x464c4500, 4);
  REFUSES(E_CLASS, 1, 1);
  REFUSES(E_TYPE, 3, 2);
  REFUSES(E_MACHINE, 3, 2);
  REFUSES(E_ENTRY, 0, 8);
  REFUSES(E_ENTRY, 0x8003000, 8); // data
  REFUSES(E_ENTRY, 0xffffffff80100000, 8);
  REFUSES(E_PHOFF, 0xffffffffffffff00, 8);
  REFUSES(E_PHOFF, size - 8, 8);
  REFUSES(E_PHENTSIZE, 55, 2);
  REFUSES(E_PHNUM, 0, 2);
  REFUSES(E_PHNUM, 0xffff, 2);
  REFUSES(P_TYPE, 2, 4);  // PT_DYNAMIC
  REFUSES(P_FLAGS, 4, 4); // code that may not be executed
  REFUSES(P_OFFSET, size, 8);
  REFUSES(P_OFFSET, 0xfffffffffffff000, 8);
  REFUSES(P_VADDR, 0, 8);
  REFUSES(P_VADDR, 0xffffffff80100000, 8);
  REFUSES(P_VADDR, 0x7fffffffe000, 8); // where the stack is
  REFUSES(P_FILESZ, 0xffffffffffffffff, 8);
  REFUSES(P_MEMSZ, 1, 8);
  REFUSES(P_MEMSZ, 0xfffffffffffff000, 8);
  REFUSES(P_MEMSZ, 0x10000, 8); // into the next segment's page

  writeChanged(original, 0);
  CHECK(isRefused());
  writeChanged(original, 63);
  CHECK(isRefused());
  writeChanged(original, 100);
  CHECK(isRefused());
  writeChanged(original, 0x1800); // cut off within the code
  CHECK(isRefused());
}

// Whatever the kernel makes of these, it has to survive.
static void testRandomLies(void)
{
  unsigned char* copy = malloc(size);
  srand(1);
  for (int round = 0; round < ROUNDS; ++round)
  {
    memcpy(copy, original, size);
    for (int i = rand() % 3; i >= 0; --i)
      copy[rand() % HEADERS_SIZE] = (unsigned char)rand();
    writeChanged(copy, size);
    createprocess(CHANGED, 1);
  }
  free(copy);
}

int main(void)
{
  readOriginal();
  testKnownLies();
  testRandomLies();
  change(0, 0x464c457f, 4); // the truth
  CHECK(createprocess(CHANGED, 1) == 1237619379);
  CHECK(unlink(CHANGED) == 0);
  return CHECK_RESULT("elftest");
}
