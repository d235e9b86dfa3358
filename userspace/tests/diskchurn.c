// diskchurn SEED [quiet]: writes to the disk in every way there is, for ever, until somebody cuts the power.
//
// What must then be found on the disk is agreed with the system test `power_cuts`. In /usr/churn,
//   state      names the last round that was completed; it is replaced by renaming, so that there is always a whole one
//   journal    has a line for each round, appended; a second one when the power was cut in that round
//   kept/N     the file of round N, of the last KEPT rounds; written under another name first
//   scratch/   whatever the random operations make of it: only the file system's own order counts
// Each of the first three is on the disk when its file has been closed. Then the round is reported, on the debug port
// and, unless `quiet`, on the terminal.
#include "errno.h"
#include "fcntl.h"
#include "nonstd.h"
#include "stdio.h"
#include "stdlib.h"
#include "string.h"
#include "sys/stat.h"
#include "unistd.h"

#define HOME "/usr/churn"
#define DEBUG_PORT 0xe9

enum
{
  KEPT = 8,
  PATH_SIZE = 64,
  LARGEST = 300 * 1024, // reaches into doubly indirect zones
  OPERATIONS = 12,      // on the scratch files, in a round
  NAMES = 6,
};

static unsigned char data[LARGEST];

static void give_up(const char* what, const char* path)
{
  printf("diskchurn: %s %s: %s\n", what, path, strerror(errno));
  exit(EXIT_FAILURE);
}

// Mostly a few blocks; now and then a file with indirect or doubly indirect zones.
static size_t size_of(unsigned long round)
{
  if (round % 16 == 15)
    return LARGEST - round % 1000;
  return round % 4 == 3 ? 40000 + round % 5000 : round * 977 % 6000;
}

static void fill(unsigned long round, size_t size)
{
  for (size_t i = 0; i < size; ++i)
    data[i] = (unsigned char)(round * 31 + i * 7 + (i >> 8));
}

// Makes or changes a file as `flags` say; what it wrote is on the disk afterwards, because closing flushes.
static void put(const char* path, int flags, const void* content, size_t size)
{
  int fd = open(path, O_WRONLY | O_CREAT | flags);
  if (fd < 0)
    give_up("open", path);
  if (write(fd, content, size) != (ssize_t)size)
    give_up("write", path);
  if (close(fd) != 0)
    give_up("close", path);
}

// The file is the old one or the new one, whenever the power is cut. A cut while renaming can leave the file under both
// names (minixfs promises no more), so what is left of the last life's `temporary` may be the very file that must stay
// as it is: a new file is written, not that one.
static void replace(const char* path, const char* temporary, const void* content, size_t size)
{
  if (unlink(temporary) != 0 && errno != ENOENT)
    give_up("unlink", temporary);
  put(temporary, 0, content, size);
  if (rename(temporary, path) != 0)
    give_up("rename to", path);
}

static unsigned long last_round(void)
{
  char text[32] = "";
  int fd = open(HOME "/state", O_RDONLY);
  if (fd < 0)
    return 0;
  if (read(fd, text, sizeof(text) - 1) < 0)
    give_up("read", HOME "/state");
  close(fd);
  return strtoul(text, 0, 10);
}

static void write_kept(unsigned long round)
{
  char path[PATH_SIZE];
  fill(round, size_of(round));
  sprintf(path, HOME "/kept/%lu", round);
  replace(path, HOME "/new", data, size_of(round));
  sprintf(path, HOME "/kept/%lu", round - KEPT);
  if (round > KEPT && unlink(path) != 0 && errno != ENOENT) // gone already if the power was cut in this very round
    give_up("unlink", path);
}

static void write_journal(unsigned long round)
{
  char line[32];
  put(HOME "/journal", O_APPEND, line, (size_t)sprintf(line, "%lu\n", round));
}

static void write_state(unsigned long round)
{
  char line[32];
  replace(HOME "/state", HOME "/state.new", line, (size_t)sprintf(line, "%lu\n", round));
}

static unsigned below(unsigned limit) { return (unsigned)rand() % limit; }

// A name in one of two folders, or of one of these; few, so that operations meet.
static void pick_path(char* path)
{
  static const char* const folders[] = {"", "p/", "q/"};
  const char* folder = folders[below(3)];
  if (*folder != '\0' && below(4) == 0)
    sprintf(path, HOME "/scratch/%c", *folder);
  else
    sprintf(path, HOME "/scratch/%s%c", folder, (char)('a' + below(NAMES)));
}

static void write_somewhere(const char* path)
{
  static const int flags[] = {0, O_APPEND, O_TRUNC, O_CREAT, O_CREAT | O_TRUNC, O_CREAT | O_APPEND};
  int fd = open(path, O_WRONLY | flags[below(6)]);
  if (fd < 0)
    return;
  size_t size = below(8) == 0 ? below(30000) : below(3000);
  fill((unsigned long)rand(), size);
  lseek(fd, below(5) == 0 ? below(280000) : below(4000), SEEK_SET);
  write(fd, data, size);
  if (below(4) == 0)
  {
    unlink(path); // a file that is open stays, without a name
    write(fd, data, below(2000));
  }
  close(fd);
}

// Most of these fail now and then, because a name is missing, taken, or a folder: that is no concern of ours.
static void do_something(void)
{
  char path[PATH_SIZE];
  char other[PATH_SIZE];
  pick_path(path);
  pick_path(other);
  switch (below(8))
  {
  case 0:
    unlink(path);
    break;
  case 1:
    mkdir(path);
    break;
  case 2:
    rmdir(path);
    break;
  case 3:
  case 4:
    rename(path, other);
    break;
  default:
    write_somewhere(path);
    break;
  }
}

static void report(unsigned long seed, unsigned long round, int quiet)
{
  char line[PATH_SIZE];
  sprintf(line, "diskchurn %lu: round %lu is on the disk\n", seed, round);
  outline(DEBUG_PORT, line);
  if (!quiet)
    printf("round %lu is on the disk\n", round);
}

int main(int argc, char* argv[])
{
  if (argc < 2)
  {
    puts("usage: diskchurn SEED [quiet]");
    return EXIT_FAILURE;
  }
  const unsigned long seed = strtoul(argv[1], 0, 10);
  srand((unsigned)seed);
  // They may be there from the last time.
  mkdir(HOME);
  mkdir(HOME "/kept");
  mkdir(HOME "/scratch");
  mkdir(HOME "/scratch/p");
  mkdir(HOME "/scratch/q");
  for (unsigned long round = last_round() + 1;; ++round)
  {
    for (int i = 0; i < OPERATIONS; ++i)
      do_something();
    write_kept(round);
    write_journal(round);
    write_state(round);
    sync(); // a new name is on the disk with the next flush
    report(seed, round, argc > 2);
  }
}
