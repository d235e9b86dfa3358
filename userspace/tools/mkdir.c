// mkdir DIRECTORY...: makes directories.
#include "errno.h"
#include "stdio.h"
#include "string.h"
#include "sys/stat.h"

int main(int argc, char* argv[])
{
  int failed = 0;
  if (argc < 2)
  {
    printf("usage: mkdir DIRECTORY...\n");
    return 1;
  }
  for (int i = 1; i < argc; ++i)
  {
    if (mkdir(argv[i]) < 0)
    {
      printf("mkdir: cannot create directory '%s': %s\n", argv[i], strerror(errno));
      failed = 1;
    }
  }
  return failed;
}
