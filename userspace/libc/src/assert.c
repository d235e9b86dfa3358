#include "stdio.h"
#include "stdlib.h"
#include "sys/assert-failed.h"
#include "sys/syscall.h"

void __assert_failed(const char* condition, const char* file, int line, const char* function)
{
  printf("%s:%d: %s: assertion `%s' failed\n", file, line, function, condition);
  __syscall(sc_trace, 0, 0, 0, 0, 0);
  exit(-1);
}
