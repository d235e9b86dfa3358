// poweroff: ends all programs, unmounts the disks and switches the machine off.
#include "nonstd.h"
#include "stdio.h"

int main(void)
{
  if (reboot(reboot_power_off) < 0)
  {
    perror("poweroff");
    return 1;
  }
  return 0;
}
