#pragma once

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
