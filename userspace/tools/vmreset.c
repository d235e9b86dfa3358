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
    char name[vm_name_size];
    int id = vm_find("vmreset", argv[i]);
    if (id >= 0)
      vm_name(id, name);
    if (id >= 0 && vm_reset(id) == 0)
      printf("VM %d (%s) was reset\n", id, name);
    else
    {
      if (id >= 0)
        printf("vmreset: VM %d (%s) has ended already\n", id, name);
      ++failures;
    }
  }
  return failures;
}
