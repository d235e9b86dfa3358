// vmpanic NAME|ID: has the hypervisor panic while it runs a virtual machine, to see that only the VM ends.
#include "stdio.h"
#include "vm.h"

int main(int argc, char* argv[])
{
  if (argc != 2)
  {
    printf("usage: vmpanic NAME|ID\n");
    return 1;
  }
  struct vm_info vm;
  if (vm_find("vmpanic", argv[1], &vm) < 0)
    return 1;
  if (vm_panic((int)vm.id) < 0)
  {
    printf("vmpanic: VM %u (%s) has ended already\n", vm.id, vm.name);
    return 1;
  }
  printf("VM %u (%s) is over; `vmreport %s' says why\n", vm.id, vm.name, vm.name);
  return 0;
}
