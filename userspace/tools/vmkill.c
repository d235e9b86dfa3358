// vmkill NAME|ID...: ends virtual machines as if their power was cut.
#include "stdio.h"
#include "vm.h"

int main(int argc, char* argv[])
{
  int failed = 0;
  if (argc < 2)
  {
    printf("usage: vmkill NAME|ID...\n");
    return 1;
  }
  for (int i = 1; i < argc; ++i)
  {
    struct vm_info vm;
    if (vm_find("vmkill", argv[i], &vm) < 0)
    {
      failed = 1;
      continue;
    }
    if (vm_kill((int)vm.id) == 0)
      printf("VM %u (%s) was ended\n", vm.id, vm.name);
    else
    {
      printf("vmkill: VM %u (%s) has ended already\n", vm.id, vm.name);
      failed = 1;
    }
  }
  return failed;
}
