// exhaust: uses up, one after the other, processes, memory behind files, and virtual machines. Each time the kernel has
// to say no, everything has to go on, and all of it has to be free again afterwards.
//
// exhaust chain: starts itself until that fails; each waits for the next. The exit code is how many there were.
// exhaust bomb DEADLINE: starts itself twice, which do the same, until that fails; ends at the uptime DEADLINE.
#include "check.h"
#include "errno.h"
#include "fcntl.h"
#include "nonstd.h"
#include "sched.h"
#include "stdlib.h"
#include "string.h"
#include "sys/stat.h"
#include "unistd.h"
#include "vm.h"

#define PROGRAM "/usr/exhaust.sweb"

enum
{
  ROUNDS = 2,
  FEWEST_PROCESSES = 16,
  FEWEST_FILES = 100,
  FEWEST_VMS = 4,
  MOST_VMS = 256,
  MOST_DIRECTORIES = 100000,
  MOST_SPARSE_FILES = 1000,
  FARTHEST = (256 << 20) - 1, // the last byte that a file in memory can have
  SLACK_PAGES = 4,            // what is remembered of VMs that are over
};

static char large[65536];

// ---- processes

static long chain(void)
{
  char* arguments[] = {PROGRAM, "chain", 0};
  long further = 0;
  if (spawn(PROGRAM, arguments, &further) < 0)
    return errno == ENOMEM ? 1 : 0;
  return further < 10000 && further != 9999 ? further + 1 : 1; // 9999: no memory left for one of its pages
}

static void bomb(unsigned long deadline, char* argument)
{
  char* arguments[] = {PROGRAM, "bomb", argument, 0};
  spawn(PROGRAM, arguments, 0);
  spawn(PROGRAM, arguments, 0);
  while (checkSystem().uptime_ns < deadline)
    sched_yield();
}

static void testChain(void)
{
  char* arguments[] = {PROGRAM, "chain", 0};
  long count = 0;
  CHECK(spawn(PROGRAM, arguments, &count) > 0);
  CHECK(count >= FEWEST_PROCESSES);
}

static void testBomb(void)
{
  char deadline[24];
  snprintf(deadline, sizeof(deadline), "%lu", checkSystem().uptime_ns + 2000000000);
  char* arguments[] = {PROGRAM, "bomb", deadline, 0};
  unsigned long before = checkSystem().processes;
  unsigned long most = before;
  CHECK(spawn(PROGRAM, arguments, 0) > 0);
  do
  {
    sched_yield();
    most = checkSystem().processes > most ? checkSystem().processes : most;
  } while (checkSystem().processes > before);
  CHECK(most - before >= FEWEST_PROCESSES);
}

// ---- files in memory

static void testFile(void)
{
  int fd = open("/exhaust", O_WRONLY | O_CREAT | O_TRUNC);
  CHECK(fd >= 0);
  int pieces = 0;
  ssize_t written;
  while ((written = write(fd, large, sizeof(large))) > 0)
    ++pieces;
  CHECK(written < 0 && (errno == ENOSPC || errno == ENOMEM));
  CHECK(pieces >= FEWEST_FILES);
  close(fd);
  CHECK(unlink("/exhaust") == 0);
}

static void testDirectories(void)
{
  char name[16];
  int count = 0;
  for (; count < MOST_DIRECTORIES; ++count)
  {
    snprintf(name, sizeof(name), "/exhaust%d", count);
    if (mkdir(name) != 0)
      break;
  }
  CHECK(count >= FEWEST_FILES && (errno == ENOSPC || errno == ENOMEM));
  CHECK(pseudols("/", large, sizeof(large)) > 0 || errno == ENOMEM);
  while (count > 0)
  {
    snprintf(name, sizeof(name), "/exhaust%d", --count);
    CHECK(rmdir(name) == 0);
  }
}

// A byte far behind nothing: the file is holes, and the table that says so.
static void testSparseFiles(void)
{
  char name[16];
  unsigned long free_pages = checkSystem().free_pages;
  int count = 0;
  for (ssize_t written = 1; written == 1 && count < MOST_SPARSE_FILES; ++count)
  {
    snprintf(name, sizeof(name), "/exhaust%d", count);
    int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC);
    if (fd < 0)
      break;
    CHECK(lseek(fd, FARTHEST, SEEK_SET) == FARTHEST);
    written = write(fd, "x", 1);
    CHECK(written == 1 || errno == ENOSPC || errno == ENOMEM);
    close(fd);
  }
  CHECK(count > 1 && count < MOST_SPARSE_FILES);
  CHECK(checkSystem().free_pages > free_pages / 4);
  while (count > 0)
  {
    snprintf(name, sizeof(name), "/exhaust%d", --count);
    CHECK(unlink(name) == 0);
  }
}

// Going back to the root drops all of the path at once, and here it is longer than a kernel stack.
static void testDeepDirectories(void)
{
  static char path[256];
  int depth = 0;
  while (depth < MOST_DIRECTORIES && mkdir("d") == 0 && chdir("d") == 0)
    ++depth;
  CHECK(depth >= FEWEST_FILES && (errno == ENOSPC || errno == ENOMEM));
  CHECK(getcwd(path, sizeof(path)) == 0);
  CHECK(chdir("/") == 0);
  for (int i = 0; i < depth; ++i)
    CHECK(chdir("d") == 0);
  for (int i = 0; i < depth; ++i)
    CHECK(chdir("..") == 0 && rmdir("d") == 0);
}

// ---- virtual machines

static void testVms(void)
{
  static const char definition[] = "kernel = /usr/guests/hello\nmemory = 2M\n";
  static struct vm_create_request request;
  static int ids[MOST_VMS];
  int count = 0;
  for (; count < MOST_VMS; ++count)
  {
    memset(&request, 0, sizeof(request));
    request.definition = definition;
    request.definition_length = sizeof(definition) - 1;
    snprintf(request.name, sizeof(request.name), "exhaust%d", count);
    ids[count] = vm_create(&request);
    if (ids[count] < 0)
      break;
  }
  CHECK(count >= FEWEST_VMS && count < MOST_VMS);
  CHECK(strstr(request.error, "memory") || strstr(request.error, "no page frame") || errno == ENOMEM);
  printf("exhaust: %d VMs; then: %s\n", count, request.error);
  for (int i = 0; i < count; ++i)
    CHECK(vm_kill(ids[i]) == 0);
}

// The first round fills what is kept for later: the heap's reserve, the buffers of the file system.
static void repeat(const char* name, void (*test)(void))
{
  unsigned long free_pages[ROUNDS];
  for (int round = 0; round < ROUNDS; ++round)
  {
    unsigned long processes = checkSystem().processes;
    test();
    while (checkSystem().processes > processes)
      sched_yield();
    checkSettle();
    free_pages[round] = checkSystem().free_pages;
  }
  printf("exhaust: %s: %lu pages free, then %lu\n", name, free_pages[0], free_pages[1]);
  CHECK(free_pages[1] + SLACK_PAGES >= free_pages[0]);
}

int main(int argc, char* argv[])
{
  if (argc > 2 && strcmp(argv[1], "bomb") == 0)
  {
    bomb((unsigned long)atol(argv[2]), argv[2]);
    return 0;
  }
  if (argc > 1 && strcmp(argv[1], "chain") == 0)
    return (int)chain();

  repeat("a chain of processes", testChain);
  repeat("processes that start processes", testBomb);
  repeat("a file", testFile);
  repeat("directories", testDirectories);
  repeat("files of holes", testSparseFiles);
  repeat("a deep directory", testDeepDirectories);
  testVms(); // some VMs that are over are remembered, and more of them in the second round
  repeat("virtual machines", testVms);
  return CHECK_RESULT("exhaust");
}
