// vmreset NAME|ID...: presses the reset button of virtual machines.
#include "stdio.h"
#include "vm.h"

int main(int argc, char* argv[])
{
  int failed = 0;
  if (argc < 2)
  {
    printf("usage: vmreset NAME|ID...\n");
    return 1;
  }
  for (int i = 1; i < argc; ++i)
  {
    struct vm_info vm;
    if (vm_find("vmreset", argv[i], &vm) < 0)
    {
      failed = 1;
      continue;
    }
    if (vm_reset((int)vm.id) == 0)
      printf("VM %u (%s) was reset\n", vm.id, vm.name);
    else
    {
      printf("vmreset: VM %u (%s) has ended already\n", vm.id, vm.name);
      failed = 1;
    }
  }
  return failed;
}
