// System calls with arguments picked at random from those that are likely to hurt. Nothing is expected of the answers,
// and a program that makes such calls may well destroy itself: but the kernel has to survive, and all other programs.
//
// Without argument starts itself several times; `syscallfuzz SEED` makes the calls.
#include "check.h"
#include "nonstd.h"
#include "stdlib.h"
#include "string.h"
#include "unistd.h"

#define FILE_NAME "/usr/syscallfuzz.tmp"

enum
{
  PROGRAMS = 4,
  ROUNDS = 4000,
  NUMBERS = 320,
};

static char buffer[8192];
static char path[] = FILE_NAME;
static char long_path[6000];

static unsigned long pick(void)
{
  static void* const addresses[] = {buffer, buffer + 8191, path, long_path, (void*)&pick, path + sizeof(path) - 1};
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
  switch (rand() % 4)
  {
  case 0:
    return (unsigned long)addresses[(size_t)rand() % (sizeof(addresses) / sizeof(addresses[0]))];
  case 1:
    return nowhere[(size_t)rand() % (sizeof(nowhere) / sizeof(nowhere[0]))];
  case 2:
    return (unsigned long)rand() << 33 | (unsigned long)rand();
  default:
    return numbers[(size_t)rand() % (sizeof(numbers) / sizeof(numbers[0]))];
  }
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
  case sc_outline:
  case sc_trace:
  case sc_vm_check_cpu:
    return 1;
  default:
    return 0;
  }
}

static void makeCalls(void)
{
  memset(long_path, 'x', sizeof(long_path) - 1);
  for (int round = 0; round < ROUNDS; ++round)
  {
    unsigned long number = (unsigned long)rand() % NUMBERS;
    unsigned long arg1 = pick();
    unsigned long arg2 = pick();
    strcpy(path, FILE_NAME); // some calls write where it stands
    if (!isLeftOut(number, arg1, arg2))
      __syscall(number, arg1, arg2, pick(), pick(), pick());
  }
}

int main(int argc, char* argv[])
{
  if (argc > 1)
  {
    srand((unsigned)atoi(argv[1]));
    makeCalls();
    return 0;
  }
  for (int seed = 1; seed <= PROGRAMS; ++seed)
  {
    char number[8];
    snprintf(number, sizeof(number), "%d", seed);
    char* arguments[] = {argv[0], number, 0};
    long exit_code;
    CHECK(spawn("/usr/syscallfuzz.sweb", arguments, &exit_code) > 0);
    CHECK(createprocess("/usr/mult.sweb", 1) == 1237619379);
  }
  unlink(FILE_NAME);
  rmdir(FILE_NAME);
  return CHECK_RESULT("syscallfuzz");
}
