#include "files.h"

#include "errno.h"
#include "fcntl.h"
#include "stdio.h"
#include "string.h"
#include "unistd.h"

int is_same_file(const struct file_status* a, const struct file_status* b)
{
  return a->device == b->device && a->inode == b->inode;
}

int target_path(const char* source, const char* target, char* path, size_t size)
{
  struct file_status status;
  size_t needed;
  if (stat(target, &status) < 0 || status.type != file_type_directory)
    needed = strlcpy(path, target, size);
  else
  {
    // The last part of the source's path, without slashes behind it.
    size_t end = strlen(source);
    while (end > 1 && source[end - 1] == '/')
      --end;
    size_t start = end;
    while (start > 0 && source[start - 1] != '/')
      --start;
    const char* between = target[strlen(target) - 1] == '/' ? "" : "/";
    needed = (size_t)snprintf(path, size, "%s%s%.*s", target, between, (int)(end - start), source + start);
  }
  if (needed < size)
    return 0;
  errno = ENAMETOOLONG;
  return -1;
}

static int complain(const char* command, const char* what, const char* path)
{
  printf("%s: %s '%s': %s\n", command, what, path, strerror(errno));
  return -1;
}

static int writeAll(int fd, const char* bytes, size_t length)
{
  while (length > 0)
  {
    ssize_t written = write(fd, bytes, length);
    if (written == 0)
      errno = ENOSPC;
    if (written <= 0)
      return -1;
    bytes += written;
    length -= (size_t)written;
  }
  return 0;
}

static int copyContent(const char* command, int from, int to, const char* source, const char* target)
{
  static char buffer[16384];
  ssize_t length;
  while ((length = read(from, buffer, sizeof(buffer))) > 0)
  {
    if (writeAll(to, buffer, (size_t)length) < 0)
      return complain(command, "error writing", target);
  }
  return length < 0 ? complain(command, "error reading", source) : 0;
}

// Empties what will be overwritten; not before it is known to be something else than the source.
static int makeReady(const char* command, int from, int to, const char* source, const char* target)
{
  struct file_status source_status, target_status;
  if (fstat(from, &source_status) < 0)
    return complain(command, "cannot stat", source);
  if (fstat(to, &target_status) < 0)
    return complain(command, "cannot stat", target);
  if (is_same_file(&source_status, &target_status))
  {
    printf("%s: '%s' and '%s' are the same file\n", command, source, target);
    return -1;
  }
  if (target_status.type == file_type_regular && ftruncate(to, 0) < 0)
    return complain(command, "cannot overwrite", target);
  return 0;
}

static int copyTo(const char* command, int from, const char* source, const char* target)
{
  int to = open(target, O_WRONLY | O_CREAT);
  if (to < 0)
    return complain(command, "cannot create regular file", target);
  int result = makeReady(command, from, to, source, target);
  if (result == 0)
    result = copyContent(command, from, to, source, target);
  if (close(to) < 0 && result == 0)
    result = complain(command, "failed to close", target);
  return result;
}

int copy_file(const char* command, const char* source, const char* target)
{
  int from = open(source, O_RDONLY);
  if (from < 0)
    return complain(command, "cannot open", source);
  int result = copyTo(command, from, source, target);
  close(from);
  return result;
}
