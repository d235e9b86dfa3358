// allocfail: has the kernel's allocations fail on purpose while something is done, each of them once: the first, the
// second, and so on, until there are no more. Then the same with all allocations from the n-th on. Each time the answer
// may be an error; the kernel has to go on, and nothing may stay allocated.
//
// allocfail STEP: of what a large guest allocates, only every STEP-th fails. `allocfail nothing` does nothing: a
// program to start.
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

#define PROGRAM "/usr/allocfail.sweb"

enum
{
  WARM_UPS = 10, // more than VMs that are over are remembered
  SLACK_PAGES = 8,
  SLACK_BYTES = 65536, // buffers of the file system come and go
  MOST_ALLOCATIONS = 5000,
  RUNNING_NS = 5000000,
  BLOCK = 1024,
  CACHE_BLOCKS = 4096, // twice what the kernel keeps at most
};

static const unsigned long ALL = ~0ul;
static char text[16384];

static void isError(int expected) { CHECK(expected || errno == ENOMEM || errno == EIO || errno == ENOSPC); }

// ---- what is done; each leaves nothing behind

static void startProgram(void)
{
  char* arguments[] = {PROGRAM, "nothing", 0};
  long exit_code = 0;
  if (spawn(PROGRAM, arguments, &exit_code) < 0)
    isError(0);
  else
    CHECK(exit_code == 0 || exit_code == 9999); // no memory left for one of its pages
}

static void useFiles(void)
{
  int fd = open("/usr/allocfail.tmp", O_RDWR | O_CREAT | O_TRUNC);
  if (fd >= 0)
  {
    if (write(fd, text, sizeof(text)) < 0)
      isError(0);
    if (lseek(fd, 0, SEEK_SET) < 0 || read(fd, text, sizeof(text)) < 0)
      isError(0);
    close(fd);
  }
  else
    isError(0);
  if (pseudols("/usr", text, sizeof(text)) < 0)
    isError(0);
  if (mkdir("/allocfail") < 0)
    isError(errno == EEXIST);
  if (chdir("/allocfail") < 0 || getcwd(text, sizeof(text)) == 0)
    isError(errno == ENOENT);
  chdir("/");
}

static void removeFiles(void)
{
  unlink("/usr/allocfail.tmp");
  rmdir("/allocfail");
}

static void useVm(const char* definition, int looks)
{
  static struct vm_create_request request;
  memset(&request, 0, sizeof(request));
  request.definition = definition;
  request.definition_length = strlen(definition);
  strlcpy(request.name, "allocfail", sizeof(request.name));
  int id = vm_create(&request);
  if (id < 0)
  {
    isError(request.error[0] != '\0');
    return;
  }
  unsigned long start = checkSystem().uptime_ns;
  while (checkSystem().uptime_ns - start < RUNNING_NS)
    sched_yield();
  if (looks)
  {
    size_t count;
    free(vm_list_all(&count));
    vm_stat(id, text, sizeof(text));
    vm_check(id, text, sizeof(text));
    vm_reset(id);
    vm_report(id, text, sizeof(text));
  }
  vm_kill(id);
}

static void useHello(void) { useVm("kernel = /usr/guests/hello\nmemory = 2M\n", 1); }

static void useSweb(void)
{
  useVm("kernel = /usr/guests/kernel.x\nmemory = 16M\ndisk = /usr/guests/guest.img\nlog = /usr/allocfail.tmp\n", 0);
}

// Reads until the file system's buffers are all in use, so that their number does not change any more.
static void fillCache(void)
{
  int fd = open("/usr/guests/guest.img", O_RDONLY);
  CHECK(fd >= 0);
  for (int i = 0; i < CACHE_BLOCKS; ++i)
    CHECK(read(fd, text, BLOCK) == BLOCK);
  close(fd);
}

static void clean(void)
{
  fail_allocations(0, 0);
  removeFiles();
  checkSettle();
}

// How many allocations `what` makes and could have failed.
static unsigned long count(void (*what)(void), unsigned long first, unsigned long failures)
{
  fail_allocations(first, failures);
  what();
  unsigned long made = (unsigned long)fail_allocations(0, 0);
  clean();
  return made;
}

static unsigned long test(const char* name, void (*what)(void), unsigned long failures, unsigned long step)
{
  for (int i = 0; i < WARM_UPS; ++i)
    count(what, 0, 0);
  struct system_information before = checkSystem();
  unsigned long tried = 0;
  unsigned long first = 1;
  for (; first < MOST_ALLOCATIONS; first += step)
  {
    if (count(what, first, failures) < first)
      break; // there are no more
    ++tried;
  }
  CHECK(first < MOST_ALLOCATIONS && tried > 0);
  count(what, 0, 0); // takes back what was dropped for want of memory, such as buffers of the file system
  struct system_information after = checkSystem();
  printf("allocfail: %s: %lu failures; pages free %lu, then %lu; heap bytes %lu, then %lu\n", name, tried,
         before.free_pages, after.free_pages, before.heap_used, after.heap_used);
  CHECK(after.free_pages + SLACK_PAGES >= before.free_pages);
  CHECK(after.heap_used <= before.heap_used + SLACK_BYTES);
  return tried;
}

int main(int argc, char* argv[])
{
  if (argc > 1 && strcmp(argv[1], "nothing") == 0)
    return 0;
  unsigned long step = argc > 1 ? (unsigned long)atol(argv[1]) : 1;
  const struct
  {
    const char* name;
    void (*what)(void);
    unsigned long step;
  } operations[] = {
      {"starting a program", startProgram, 1},
      {"using files", useFiles, 1},
      {"a small guest", useHello, 1},
      {"SWEB as a guest", useSweb, step},
  };
  fillCache();
  unsigned long total = 0;
  for (unsigned i = 0; i < sizeof(operations) / sizeof(operations[0]); ++i)
  {
    total += test(operations[i].name, operations[i].what, 1, operations[i].step);
    total += test(operations[i].name, operations[i].what, ALL, operations[i].step);
  }
  printf("allocation failures tried: %lu\n", total);
  return CHECK_RESULT("allocfail");
}
