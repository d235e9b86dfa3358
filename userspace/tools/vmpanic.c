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
  char name[vm_name_size];
  int id = vm_find("vmpanic", argv[1]);
  if (id < 0)
    return 1;
  vm_name(id, name);
  if (vm_panic(id) < 0)
  {
    printf("vmpanic: VM %d (%s) has ended already\n", id, name);
    return 1;
  }
  printf("VM %d (%s) is over; `vmreport %s' says why\n", id, name, name);
  return 0;
}
