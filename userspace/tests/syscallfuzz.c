// System calls with arguments picked at random from those that are likely to hurt. Nothing is expected of the answers,
// and a program that makes such calls may well destroy itself: but the kernel has to survive, and all other programs.
//
// syscallfuzz [SEED [PROGRAMS]]: starts itself that many times, each time with another seed and `calls SEED`, which
// makes the calls.
#include "check.h"
#include "fcntl.h"
#include "nonstd.h"
#include "stdlib.h"
#include "string.h"
#include "unistd.h"
#include "vm.h"

#define PROGRAM "/usr/syscallfuzz.sweb"
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum
{
  PROGRAMS = 4,
  ROUNDS = 4000,
  NUMBERS = 360,        // all there are, and some more
  OPEN_FILES = 4,       // at the start, so that small descriptors mean something
  MOST_VMS = 500,       // of all programs together
  LAST_VM = 40,         // numbers up to this are likely to be tried
  FAILURES_WITHIN = 64, // allocations
};

// Places the calls may change. What the system needs is mounted or open there, and so refuses to go.
static char paths[][32] = {
    "/usr/syscallfuzz.tmp",
    "/fuzz",
    "/fuzz/below",
    "fuzz",
    "/usr/fuzz",
    "/dev/idea2",
    "/dev/idea1",
    "/dev",
    "/usr",
    "/",
    ".",
    "..",
    "",
    "//./fuzz/",
    "/usr/README.txt/x",
};
static char definitions[][48] = {
    "kernel = /usr/guests/hello\nmemory = 2M\n",
    "kernel = /usr/README.txt\nformat = flat\n",
    "memory = 99999999T\nkernel = \n",
    "disk = /fuzz\ndisk = /dev/idea1,ro\n",
};
static char buffer[8192];
static char long_path[6000];
static struct vm_create_request request;

static unsigned long pick(void)
{
  static void* const addresses[] = {buffer,      buffer + 8191, paths[0] + 31, long_path,
                                    &request,    (void*)&pick,  &request.name, (char*)&request + sizeof(request) - 1,
                                    definitions, paths[0] + 10};
  static const unsigned long numbers[] = {0,          1,          2,         3,    4,      5,          7,
                                          255,        256,        4095,      4096, 65536,  0x7fffffff, 0x80000000,
                                          0xffffffff, 0x08000000, 0x1000000, -1ul, -4096ul};
  static const unsigned long nowhere[] = {0x1000,
                                          0x7ffffffbf000,
                                          0x7ffffffff000,
                                          0x800000000000,
                                          0xffff800000000000,
                                          0xfffff00000000000,
                                          0xffffffff80100000,
                                          0xfffffffffffffff8};
  switch (rand() % 6)
  {
  case 0:
    return (unsigned long)addresses[(size_t)rand() % COUNT(addresses)];
  case 1:
    return nowhere[(size_t)rand() % COUNT(nowhere)];
  case 2:
    return (unsigned long)rand() << 33 | (unsigned long)rand();
  case 3:
    return (unsigned long)paths[(size_t)rand() % COUNT(paths)];
  case 4:
    return (unsigned long)rand() % LAST_VM;
  default:
    return numbers[(size_t)rand() % COUNT(numbers)];
  }
}

// A request that may well be granted, with a definition that was damaged here and there.
static void pickRequest(void)
{
  static char definition[48];
  memcpy(definition, definitions[(size_t)rand() % COUNT(definitions)], sizeof(definition));
  if (rand() % 2)
    definition[(size_t)rand() % sizeof(definition)] = (char)rand();
  memset(&request, 0, sizeof(request));
  request.definition = rand() % 4 ? definition : (const char*)pick();
  request.definition_length = rand() % 4 ? strlen(definition) : pick();
  request.flags = rand() % 8 ? 0 : pick();
  request.name[0] = (char)rand();
}

// Calls that would end the test, wait for a person, fill the screen, or last as long as is asked.
static int isLeftOut(unsigned long number, unsigned long arg1, unsigned long arg2)
{
  switch (number)
  {
  case sc_exit:
  case sc_reboot:
    return 1;
  case sc_read:
    return arg1 == STDIN_FILENO;
  case sc_write:
    return arg1 == STDOUT_FILENO || arg1 == STDERR_FILENO;
  case sc_ioctl:
    return arg2 == terminal_read_key || arg2 == terminal_clear;
  case sc_pseudols:
    return arg2 == 0;
  case sc_vm_attach:
    return (unsigned)arg1 < MOST_VMS;
  case sc_outline:
  case sc_trace:
  case sc_vm_check_cpu:
  case sc_fail_allocations: // see makeCalls()
    return 1;
  default:
    return 0;
  }
}

static int makeCalls(void)
{
  static char saved_paths[sizeof(paths)];
  memcpy(saved_paths, paths, sizeof(paths));
  memset(long_path, 'x', sizeof(long_path) - 1);
  for (int i = 0; i < OPEN_FILES; ++i)
    open(paths[0], O_RDWR | O_CREAT);
  int calls = 0;
  for (int round = 0; round < ROUNDS; ++round)
  {
    // Numbers above all others have to be refused, too.
    unsigned long number = rand() % 64 ? (unsigned long)rand() % NUMBERS : pick();
    unsigned long arg1 = pick();
    unsigned long arg2 = pick();
    if (number == sc_vm_create)
    {
      pickRequest();
      arg1 = rand() % 2 ? (unsigned long)&request : arg1;
    }
    memcpy(paths, saved_paths, sizeof(paths)); // some calls write where they stand
    if (isLeftOut(number, arg1, arg2))
      continue;
    if (rand() % 16 == 0)
      fail_allocations((unsigned long)rand() % FAILURES_WITHIN, 1 + (unsigned long)rand() % 4);
    __syscall(number, arg1, arg2, pick(), pick(), pick());
    ++calls;
  }
  fail_allocations(0, 0);
  return calls;
}

static void removeAll(void)
{
  fail_allocations(0, 0); // a program that came to grief may have left some
  for (int id = 1; id <= MOST_VMS; ++id)
    __syscall(sc_vm_kill, (unsigned long)id, 0, 0, 0, 0);
  for (unsigned i = COUNT(paths); i-- > 0;)
  {
    if (!strstr(paths[i], "fuzz"))
      continue;
    unlink(paths[i]);
    rmdir(paths[i]);
  }
}

int main(int argc, char* argv[])
{
  if (argc > 2 && strcmp(argv[1], "calls") == 0)
  {
    srand((unsigned)atol(argv[2]));
    return makeCalls();
  }
  long seed = argc > 1 ? atol(argv[1]) : 1;
  long programs = argc > 2 ? atol(argv[2]) : PROGRAMS;
  long calls = 0;
  for (long i = 0; i < programs; ++i)
  {
    char number[24];
    snprintf(number, sizeof(number), "%ld", seed + i);
    char* arguments[] = {argv[0], "calls", number, 0};
    long exit_code = 0;
    CHECK(spawn(PROGRAM, arguments, &exit_code) > 0);
    removeAll();
    if (exit_code > 0 && exit_code <= ROUNDS)
      calls += exit_code;
    else
      printf("syscallfuzz: the program with seed %ld ended with %ld\n", seed + i, exit_code);
    CHECK(createprocess("/usr/mult.sweb", 1) == 1237619379);
  }
  printf("system calls made: %ld\n", calls);
  return CHECK_RESULT("syscallfuzz");
}
