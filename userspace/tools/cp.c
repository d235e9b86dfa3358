// cp SOURCE TARGET: copies a file.
#include "errno.h"
#include "fcntl.h"
#include "nonstd.h"
#include "stdio.h"
#include "string.h"
#include "unistd.h"

static char buffer[16384];

static int fail(const char* what)
{
  printf("cp: %s: %s\n", what, strerror(errno));
  return 1;
}

static int copy(int from, int to, const char* source, const char* target)
{
  ssize_t length;
  while ((length = read(from, buffer, sizeof(buffer))) > 0)
  {
    ssize_t written = write(to, buffer, (size_t)length);
    if (written < 0)
      return fail(target);
    if (written < length)
    {
      errno = ENOSPC;
      return fail(target);
    }
  }
  return length < 0 ? fail(source) : 0;
}

int main(int argc, char* argv[])
{
  if (argc != 3)
  {
    printf("usage: cp SOURCE TARGET   (TARGET is a file or a directory)\n");
    return 1;
  }
  // Into a directory: under the name it has.
  char path[256];
  const char* target = argv[2];
  char first_name[2];
  if (pseudols(target, first_name, sizeof(first_name)) >= 0)
  {
    const char* slash = strrchr(argv[1], '/');
    snprintf(path, sizeof(path), "%s/%s", target, slash ? slash + 1 : argv[1]);
    target = path;
  }

  if (strcmp(argv[1], target) == 0)
  {
    printf("cp: %s is the source and the target\n", target);
    return 1;
  }
  int from = open(argv[1], O_RDONLY);
  if (from < 0)
    return fail(argv[1]);
  int to = open(target, O_WRONLY | O_CREAT | O_TRUNC);
  if (to < 0)
    return fail(target);
  int result = copy(from, to, argv[1], target);
  close(from);
  if (close(to) < 0)
    return fail(target);
  return result;
}
