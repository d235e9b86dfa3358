// mv FROM TO: renames a file or directory, or moves it into another directory of the same disk.
#include "errno.h"
#include "nonstd.h"
#include "stdio.h"
#include "string.h"

int main(int argc, char* argv[])
{
  if (argc != 3)
  {
    printf("usage: mv FROM TO\n");
    return 1;
  }
  char path[256];
  const char* target = argv[2];
  char first_name[2];
  if (pseudols(target, first_name, sizeof(first_name)) >= 0)
  {
    const char* slash = strrchr(argv[1], '/');
    snprintf(path, sizeof(path), "%s/%s", target, slash ? slash + 1 : argv[1]);
    target = path;
  }
  if (rename(argv[1], target) == 0)
    return 0;
  printf("mv: %s to %s: %s\n", argv[1], target, strerror(errno));
  return 1;
}
