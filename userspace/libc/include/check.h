#pragma once

#include "nonstd.h"
#include "sched.h"
#include "stdio.h"

// What test programs share. A test calls CHECK for each thing that has to be true and ends with
// `return CHECK_RESULT("name");`, which prints the line that system tests look for:
//   [PASS] name
//   [FAIL] name: 2 of 17 checks
static int checks_done;
static int checks_failed;

#define CHECK(condition) checkThat((condition) ? 1 : 0, #condition, __FILE__, __LINE__)
#define CHECK_RESULT(name) checkResult(name)

static inline void checkThat(int holds, const char* condition, const char* file, int line)
{
  ++checks_done;
  if (holds)
    return;
  ++checks_failed;
  const char* name = file;
  for (const char* c = file; *c != '\0'; ++c)
  {
    if (*c == '/')
      name = c + 1;
  }
  printf("%s:%d: does not hold: %s\n", name, line, condition);
}

static inline int checkResult(const char* name)
{
  if (checks_failed == 0)
    printf("[PASS] %s\n", name);
  else
    printf("[FAIL] %s: %d of %d checks\n", name, checks_failed, checks_done);
  return checks_failed;
}

static inline struct system_information checkSystem(void)
{
  struct system_information information = {0};
  CHECK(system_information(&information) == 0);
  return information;
}

// Waits until what has ended has given its memory back, which the kernel does later.
static inline void checkSettle(void)
{
  enum
  {
    QUIET = 20, // turns of all others without a change
    MOST = 20000,
  };
  unsigned long used = 0;
  int quiet = 0;
  for (int i = 0; i < MOST && quiet < QUIET; ++i)
  {
    sched_yield();
    struct system_information seen = checkSystem();
    quiet = seen.heap_used == used ? quiet + 1 : 0;
    used = seen.heap_used;
  }
}
