// reboot: ends all programs, unmounts the disks and restarts the machine.
#include "nonstd.h"
#include "stdio.h"

int main(void)
{
  if (reboot(reboot_restart) < 0)
  {
    perror("reboot");
    return 1;
  }
  return 0;
}
