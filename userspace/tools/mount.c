// mount DEVICE DIRECTORY [ro]: shows the Minix file system on a device of /dev at a directory.
#include "sys/mount.h"
#include "errno.h"
#include "stdio.h"
#include "string.h"

static const char* explanation(void) { return errno == EINVAL ? "no sound Minix file system on it" : strerror(errno); }

int main(int argc, char* argv[])
{
  const int read_only = argc == 4 && strcmp(argv[3], "ro") == 0;
  if (argc != 3 && !read_only)
  {
    printf("usage: mount DEVICE DIRECTORY [ro]\n"
           "`ls /dev' lists the devices; with `ro' nothing on it is changed.\n");
    return 1;
  }
  if (mount(argv[1], argv[2], read_only ? mount_read_only : 0) == 0)
    return 0;
  printf("mount: %s on %s: %s\n", argv[1], argv[2], explanation());
  return 1;
}
