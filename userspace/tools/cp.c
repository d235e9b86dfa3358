// cp SOURCE TARGET: copies a file.
#include "errno.h"
#include "files.h"
#include "stdio.h"
#include "string.h"

static int fail(const char* what, const char* path)
{
  printf("cp: %s '%s': %s\n", what, path, strerror(errno));
  return 1;
}

static int copy(const char* source, const char* target)
{
  struct file_status status;
  if (stat(source, &status) < 0)
    return fail("cannot stat", source);
  if (status.type == file_type_directory)
  {
    printf("cp: -r not specified; omitting directory '%s' (this cp has no -r)\n", source);
    return 1;
  }
  char path[512];
  if (target_path(source, target, path, sizeof(path)) < 0)
    return fail("cannot copy to", target);
  if (stat(path, &status) == 0 && status.type == file_type_directory)
  {
    printf("cp: cannot overwrite directory '%s' with non-directory\n", path);
    return 1;
  }
  return copy_file("cp", source, path) < 0;
}

int main(int argc, char* argv[])
{
  if (argc != 3)
  {
    printf("usage: cp SOURCE TARGET   (TARGET is a file or a directory)\n");
    return 1;
  }
  return copy(argv[1], argv[2]);
}
