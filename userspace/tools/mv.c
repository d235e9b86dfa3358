// mv FROM TO: renames a file or directory, or moves it into another directory; a file also to another disk.
#include "errno.h"
#include "files.h"
#include "stdio.h"
#include "string.h"
#include "unistd.h"

static int fail(const char* what, const char* path)
{
  printf("mv: %s '%s': %s\n", what, path, strerror(errno));
  return 1;
}

// 0 if what is called `target` may be replaced.
static int checkReplace(const char* source, const char* target, const struct file_status* moved)
{
  struct file_status replaced;
  if (stat(target, &replaced) < 0)
    return 0; // there is nothing, or rename finds out what is wrong
  int moves_directory = moved->type == file_type_directory;
  int replaces_directory = replaced.type == file_type_directory;
  if (is_same_file(moved, &replaced))
    printf("mv: '%s' and '%s' are the same file\n", source, target);
  else if (replaces_directory && !moves_directory)
    printf("mv: cannot overwrite directory '%s' with non-directory\n", target);
  else if (moves_directory && !replaces_directory)
    printf("mv: cannot overwrite non-directory '%s' with directory '%s'\n", target, source);
  else
    return 0;
  return 1;
}

static int moveToOtherDisk(const char* source, const char* target)
{
  if (copy_file("mv", source, target) < 0)
    return 1;
  return unlink(source) < 0 ? fail("cannot remove", source) : 0;
}

static int move(const char* source, const char* target)
{
  struct file_status status;
  if (stat(source, &status) < 0)
    return fail("cannot stat", source);
  char path[512];
  if (target_path(source, target, path, sizeof(path)) < 0)
    return fail("cannot move to", target);
  if (checkReplace(source, path, &status) != 0)
    return 1;
  if (rename(source, path) == 0)
    return 0;
  if (errno == EXDEV && status.type == file_type_regular)
    return moveToOtherDisk(source, path);
  if (errno == EINVAL && status.type == file_type_directory)
    printf("mv: cannot move '%s' to a subdirectory of itself, '%s'\n", source, path);
  else
    printf("mv: cannot move '%s' to '%s': %s\n", source, path, strerror(errno));
  return 1;
}

int main(int argc, char* argv[])
{
  if (argc != 3)
  {
    printf("usage: mv FROM TO\n");
    return 1;
  }
  return move(argv[1], argv[2]);
}
