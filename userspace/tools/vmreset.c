// vmreset NAME|ID...: presses the reset button of virtual machines.
#include "stdio.h"
#include "vm.h"

int main(int argc, char* argv[])
{
  int failures = 0;
  if (argc < 2)
  {
    printf("usage: vmreset NAME|ID...\n");
    return 1;
  }
  for (int i = 1; i < argc; ++i)
  {
    int id = vm_find("vmreset", argv[i]);
    if (id >= 0 && vm_reset(id) == 0)
      printf("VM %d (%s) was reset\n", id, argv[i]);
    else
    {
      if (id >= 0)
        perror("vmreset");
      ++failures;
    }
  }
  return failures;
}
