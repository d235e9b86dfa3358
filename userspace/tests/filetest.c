// Files on the disk: create, write, read back, seek, append, truncate, rename, delete; directories; and what must fail.
#include "check.h"
#include "errno.h"
#include "fcntl.h"
#include "files.h"
#include "nonstd.h"
#include "stdlib.h"
#include "string.h"
#include "sys/stat.h"
#include "unistd.h"

#define DIRECTORY "/usr/filetest"
#define FILE_A DIRECTORY "/a"
#define FILE_B DIRECTORY "/b"
#define LARGE_SIZE (600 * 1024) // reaches into doubly indirect zones

static int failsWith(long result, int number) { return result == -1 && errno == number; }

static void testSmallFile(void)
{
  char text[32] = "";
  int fd = open(FILE_A, O_RDWR | O_CREAT);
  CHECK(fd >= 3);
  CHECK(write(fd, "hello file", 10) == 10);
  CHECK(lseek(fd, 6, SEEK_SET) == 6);
  CHECK(read(fd, text, sizeof(text)) == 4 && memcmp(text, "file", 4) == 0);
  CHECK(read(fd, text, sizeof(text)) == 0);
  CHECK(lseek(fd, 0, SEEK_END) == 10);
  CHECK(failsWith(lseek(fd, -1, SEEK_SET), EINVAL));
  struct file_status status;
  CHECK(fstat(fd, &status) == 0 && status.size == 10 && status.type == file_type_regular);
  CHECK(close(fd) == 0);

  fd = open(FILE_A, O_WRONLY | O_APPEND);
  CHECK(write(fd, "!", 1) == 1);
  CHECK(failsWith(read(fd, text, 1), EBADF));
  CHECK(close(fd) == 0);
  fd = open(FILE_A, O_RDONLY);
  CHECK(read(fd, text, sizeof(text)) == 11 && memcmp(text, "hello file!", 11) == 0);
  CHECK(failsWith(write(fd, "x", 1), EBADF));
  CHECK(close(fd) == 0);
  CHECK(failsWith(open(FILE_A, O_RDWR | O_CREAT | O_EXCL), EEXIST));

  fd = open(FILE_A, O_WRONLY | O_TRUNC);
  CHECK(fstat(fd, &status) == 0 && status.size == 0);
  CHECK(close(fd) == 0);
}

// A file is known by its file system and its number there, whatever it is called.
static void testIdentity(void)
{
  struct file_status opened, named, other;
  int fd = open(FILE_A, O_RDWR);
  CHECK(fstat(fd, &opened) == 0);
  CHECK(stat(DIRECTORY "/../filetest/./a", &named) == 0 && is_same_file(&opened, &named));
  CHECK(named.size == opened.size && named.type == file_type_regular && named.links == 1);
  CHECK(stat(DIRECTORY, &other) == 0 && !is_same_file(&opened, &other) && other.type == file_type_directory);
  CHECK(stat("/", &other) == 0 && other.device != opened.device);
  CHECK(failsWith(stat(FILE_B, &other), ENOENT));
  CHECK(failsWith(stat(FILE_A, (void*)8), EFAULT));

  char text[8] = "";
  CHECK(write(fd, "abcdef", 6) == 6);
  CHECK(ftruncate(fd, 2) == 0 && fstat(fd, &opened) == 0 && opened.size == 2);
  CHECK(ftruncate(fd, 4) == 0 && lseek(fd, 0, SEEK_SET) == 0);
  CHECK(read(fd, text, sizeof(text)) == 4 && memcmp(text, "ab\0\0", 4) == 0);
  CHECK(failsWith(ftruncate(fd, -1), EINVAL));
  CHECK(close(fd) == 0);
  fd = open(FILE_A, O_RDONLY);
  CHECK(failsWith(ftruncate(fd, 0), EBADF));
  CHECK(close(fd) == 0);
  CHECK(failsWith(ftruncate(fd, 0), EBADF));
}

static void testRename(void)
{
  CHECK(rename(FILE_A, FILE_B) == 0);
  CHECK(failsWith(open(FILE_A, O_RDONLY), ENOENT));
  int fd = open(FILE_B, O_RDONLY);
  CHECK(fd >= 3 && close(fd) == 0);
  CHECK(failsWith(rename(FILE_A, FILE_B), ENOENT));
  CHECK(unlink(FILE_B) == 0);
  CHECK(failsWith(unlink(FILE_B), ENOENT));
}

static unsigned char patternAt(size_t offset) { return (unsigned char)(offset * 31 + (offset >> 10)); }

static void testLargeFile(void)
{
  unsigned char* data = malloc(LARGE_SIZE);
  for (size_t i = 0; i < LARGE_SIZE; ++i)
    data[i] = patternAt(i);
  int fd = open(FILE_A, O_RDWR | O_CREAT);
  CHECK(write(fd, data, LARGE_SIZE) == LARGE_SIZE);
  memset(data, 0, LARGE_SIZE);
  CHECK(lseek(fd, 0, SEEK_SET) == 0);
  CHECK(read(fd, data, LARGE_SIZE) == LARGE_SIZE);
  size_t wrong = 0;
  for (size_t i = 0; i < LARGE_SIZE; ++i)
    wrong += data[i] != patternAt(i);
  CHECK(wrong == 0);

  // A hole reads as zeroes.
  CHECK(lseek(fd, LARGE_SIZE + 5000, SEEK_SET) == LARGE_SIZE + 5000);
  CHECK(write(fd, "end", 3) == 3);
  char hole[100];
  CHECK(lseek(fd, LARGE_SIZE + 100, SEEK_SET) == LARGE_SIZE + 100);
  CHECK(read(fd, hole, sizeof(hole)) == sizeof(hole));
  int sum = 0;
  for (size_t i = 0; i < sizeof(hole); ++i)
    sum |= hole[i];
  CHECK(sum == 0);
  // Deleted while open: the name goes, the contents stay until it is closed.
  CHECK(unlink(FILE_A) == 0);
  CHECK(lseek(fd, 0, SEEK_SET) == 0 && read(fd, hole, 1) == 1 && (unsigned char)hole[0] == patternAt(0));
  CHECK(close(fd) == 0);
  free(data);
}

static void testDirectories(void)
{
  CHECK(failsWith(mkdir(DIRECTORY), EEXIST));
  CHECK(mkdir(DIRECTORY "/sub") == 0);
  CHECK(failsWith(rmdir(DIRECTORY), ENOTEMPTY));
  CHECK(failsWith(unlink(DIRECTORY "/sub"), EISDIR));
  CHECK(failsWith(open(DIRECTORY "/sub", O_WRONLY), EISDIR));
  CHECK(failsWith(open("/usr/README.txt/x", O_RDONLY), ENOTDIR));

  char path[64];
  CHECK(chdir(DIRECTORY "/sub") == 0);
  CHECK(getcwd(path, sizeof(path)) == path && strcmp(path, DIRECTORY "/sub") == 0);
  int fd = open("here", O_WRONLY | O_CREAT);
  CHECK(fd >= 3 && close(fd) == 0);
  char names[64];
  CHECK(pseudols(".", names, sizeof(names)) == 5 && strcmp(names, "here\n") == 0);
  CHECK(chdir("..") == 0);
  CHECK(unlink("sub/here") == 0 && rmdir("sub") == 0);
  CHECK(chdir("/") == 0);
  CHECK(failsWith(chdir("/nowhere"), ENOENT));
  CHECK(failsWith(chdir("/usr/README.txt"), ENOTDIR));
}

static void testDescriptors(void)
{
  // The lowest free number is given, and the table has an end.
  int first = open("/usr/README.txt", O_RDONLY);
  int second = open("/usr/README.txt", O_RDONLY);
  CHECK(first == 3 && second == 4);
  CHECK(close(first) == 0 && open("/usr/README.txt", O_RDONLY) == first);
  int last = second;
  int fd;
  while ((fd = open("/usr/README.txt", O_RDONLY)) >= 0)
    last = fd;
  CHECK(errno == EMFILE);
  for (fd = first; fd <= last; ++fd)
    CHECK(close(fd) == 0);
}

int main(void)
{
  if (mkdir(DIRECTORY) < 0 && errno == EEXIST)
  {
    // Leftovers of a run that was interrupted.
    unlink(FILE_A);
    unlink(FILE_B);
  }
  testSmallFile();
  testIdentity();
  testRename();
  testLargeFile();
  testDirectories();
  testDescriptors();
  CHECK(rmdir(DIRECTORY) == 0);
  CHECK(sync() == 0);
  return CHECK_RESULT("filetest");
}
