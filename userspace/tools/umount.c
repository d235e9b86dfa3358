// umount DIRECTORY: writes everything to the device that is mounted there, and takes it away.
#include "errno.h"
#include "stdio.h"
#include "string.h"
#include "sys/mount.h"

int main(int argc, char* argv[])
{
  if (argc != 2)
  {
    printf("usage: umount DIRECTORY\n");
    return 1;
  }
  if (umount(argv[1]) == 0)
    return 0;
  printf("umount: %s: %s\n", argv[1], errno == EINVAL ? "nothing is mounted there" : strerror(errno));
  return 1;
}
