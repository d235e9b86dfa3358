// Processes: exit codes, arguments, many at once, and the ways a program can go wrong without harming anybody else.
//
// Without argument it is the test; with one it is the program the test starts.
#include "check.h"
#include "errno.h"
#include "nonstd.h"
#include "sched.h"
#include "stdlib.h"
#include "string.h"
#include "unistd.h"

#define SELF "/usr/processtest.sweb"

enum
{
  MANY = 20,
  KILLED_BAD_ACCESS = 9999,
  KILLED_EXCEPTION = 888,
};

static const int constant_number = 17;

static int useStack(int depth)
{
  volatile char page[4096];
  page[0] = (char)depth;
  page[4095] = (char)depth;
  return depth == 0 ? 0 : useStack(depth - 1) + (page[0] != page[4095]);
}

// The second life of this program: does what its argument says.
static int act(int argc, char* argv[])
{
  const char* what = argv[1];
  if (strcmp(what, "code") == 0)
    exit(atol(argv[2]));
  if (strcmp(what, "count") == 0)
    return argc;
  if (strcmp(what, "echo") == 0)
    return strcmp(argv[2], "with blanks, and \"quotes\"") == 0 && argv[3] == 0 ? 7 : 8;
  if (strcmp(what, "spin") == 0)
  {
    for (int i = 0; i < 50; ++i)
      sched_yield();
    return 3;
  }
  if (strcmp(what, "null") == 0)
    return *(volatile int*)0;
  if (strcmp(what, "kernel") == 0)
    return *(volatile int*)0xffffffff80100000;
  if (strcmp(what, "constant") == 0)
    return *(volatile int*)&constant_number = 1;
  if (strcmp(what, "execute") == 0)
  {
    static unsigned char code[] = {0xc3}; // ret, but data must not be executed
    ((void (*)(void))code)();
    return 0;
  }
  if (strcmp(what, "divide") == 0)
    return argc / (argc - 2);
  if (strcmp(what, "privileged") == 0)
  {
    __asm__ volatile("cli");
    return 0;
  }
  if (strcmp(what, "stack") == 0)
    return useStack(40);
  if (strcmp(what, "overflow") == 0)
    return useStack(1000);
  return 99;
}

// The exit code of this program with these arguments.
static long run(const char* what, const char* argument)
{
  char* arguments[] = {(char*)SELF, (char*)what, (char*)argument, 0};
  long code = -12345;
  return spawn(SELF, arguments, &code) > 0 ? code : -54321;
}

static void testCodes(void)
{
  CHECK(run("code", "0") == 0);
  CHECK(run("code", "42") == 42);
  CHECK(run("code", "-1") == -1);
  CHECK(run("code", "1234567890123") == 1234567890123);
  CHECK(run("echo", "with blanks, and \"quotes\"") == 7);
  CHECK(createprocess("/usr/mult.sweb", 1) == 1237619379);
}

static void testMistakes(void)
{
  CHECK(run("null", 0) == KILLED_BAD_ACCESS);
  CHECK(run("kernel", 0) == KILLED_BAD_ACCESS);
  CHECK(run("constant", 0) == KILLED_BAD_ACCESS);
  CHECK(run("execute", 0) == KILLED_BAD_ACCESS);
  CHECK(run("divide", 0) == KILLED_EXCEPTION);
  CHECK(run("privileged", 0) == KILLED_EXCEPTION);
  CHECK(run("stack", 0) == 0);
  CHECK(run("overflow", 0) == KILLED_BAD_ACCESS);
}

static void testStarting(void)
{
  CHECK(createprocess("/usr/no-such-program", 1) == -1 && errno == ENOENT);
  CHECK(createprocess("/usr/README.txt", 1) == -1 && errno == ENOEXEC);
  CHECK(createprocess("/usr", 1) == -1);
  char* many[70];
  for (int i = 0; i < 69; ++i)
    many[i] = (char*)"x";
  many[69] = 0;
  CHECK(spawn(SELF, many, 0) == -1 && errno == E2BIG);
  static char long_argument[4000];
  memset(long_argument, 'y', sizeof(long_argument) - 1);
  char* too_long[] = {(char*)SELF, long_argument, 0};
  CHECK(spawn(SELF, too_long, 0) == -1 && errno == E2BIG);
}

static void testMany(void)
{
  struct system_information before, after;
  CHECK(system_information(&before) == 0);
  char* arguments[] = {(char*)SELF, (char*)"spin", 0};
  int different = 1;
  pid_t last = 0;
  for (int i = 0; i < MANY; ++i)
  {
    pid_t pid = spawn(SELF, arguments, 0);
    different &= pid > last;
    last = pid;
  }
  CHECK(different);
  CHECK(run("spin", 0) == 3);
  do
  {
    sched_yield();
    CHECK(system_information(&after) == 0);
  } while (after.processes > before.processes);
}

static ssize_t list(int id, char* buffer, size_t size)
{
  (void)id;
  return process_list(buffer, size);
}

// Text of the kernel's is whole, or says itself that it is not.
static void testTexts(void)
{
  char small[64];
  char* whole = fetch_text(list, 0);
  CHECK(whole && strstr(whole, "processtest") && !strstr(whole, "more bytes"));
  CHECK(whole && process_list(0, 0) == (ssize_t)strlen(whole));
  char* arguments[] = {(char*)SELF, (char*)"spin", 0};
  for (int i = 0; i < 3; ++i)
    CHECK(spawn(SELF, arguments, 0) > 0);
  ssize_t length = process_list(small, sizeof(small));
  char* mark = strstr(small, "[... ");
  CHECK(length > (ssize_t)sizeof(small) && strlen(small) < sizeof(small));
  CHECK(mark && (mark - small) + atol(mark + strlen("[... ")) - (mark[-1] == ' ') == length);
  free(whole);
}

int main(int argc, char* argv[])
{
  if (argc > 1)
    return act(argc, argv);
  CHECK(getpid() > 0);
  testCodes();
  testMistakes();
  testStarting();
  testTexts();
  testMany();
  return CHECK_RESULT("processtest");
}
