// workload WHAT: does something many times and prints how long that took, in ticks of the time-stamp counter. The same
// in a guest and on the bare machine, it is what `./x bench` compares.
//   calls        system calls that do nothing
//   switches     two processes give each other the CPU
//   disk         reads 4 MiB from the disk, past every cache that is smaller
//   run PROGRAM  starts a program and waits for its end
#include "errno.h"
#include "fcntl.h"
#include "nonstd.h"
#include "sched.h"
#include "stdio.h"
#include "string.h"
#include "unistd.h"

enum
{
  CALLS = 20000,
  SWITCHES = 5000,
  WARM_UP = 100, // turns until the other process has all its pages
  DISK_BYTES = 4 * 1024 * 1024,
  PIECE = 64 * 1024,
};

static unsigned long ticks(void) { return __builtin_ia32_rdtsc(); }

static int calls(void)
{
  for (int i = 0; i < CALLS; ++i)
    getpid();
  return 0;
}

static int give_way(int times)
{
  for (int i = 0; i < times; ++i)
    sched_yield();
  return 0;
}

static int switches(void) { return give_way(SWITCHES); }

static int disk(void)
{
  static char piece[PIECE];
  int file = open("/dev/idea", O_RDONLY);
  if (file < 0)
    return -1;
  int result = 0;
  for (size_t done = 0; result == 0 && done < DISK_BYTES; done += sizeof(piece))
    result = read(file, piece, sizeof(piece)) == (ssize_t)sizeof(piece) ? 0 : -1;
  close(file);
  return result;
}

static const char* program;

static int run(void)
{
  char* arguments[] = {(char*)program, 0};
  long exit_code;
  return spawn(program, arguments, &exit_code) < 0 ? -1 : 0;
}

static int start_partner(void)
{
  char path[] = "/usr/workload.sweb";
  char* arguments[] = {path, "partner", 0};
  return spawn(path, arguments, 0) < 0 ? -1 : give_way(WARM_UP);
}

static int measure(const char* name, int (*work)(void))
{
  // The line that started this is on its way to the screen, and a guest's to that of the host, where it costs more.
  sleep(1);
  unsigned long start = ticks();
  int result = work();
  unsigned long duration = ticks() - start;
  if (result < 0)
  {
    perror(name);
    return 1;
  }
  printf("%s: %lu ticks\n", name, duration);
  return 0;
}

int main(int argc, char* argv[])
{
  const char* what = argc > 1 ? argv[1] : "";
  if (strcmp(what, "calls") == 0)
    return measure(what, calls);
  if (strcmp(what, "switches") == 0 && start_partner() == 0)
    return measure(what, switches);
  if (strcmp(what, "partner") == 0)
    return give_way(2 * WARM_UP + SWITCHES);
  if (strcmp(what, "disk") == 0)
    return measure(what, disk);
  if (strcmp(what, "run") == 0 && argc > 2)
  {
    program = argv[2];
    return measure(what, run);
  }
  printf("usage: workload calls | switches | disk | run PROGRAM\n");
  return 1;
}
