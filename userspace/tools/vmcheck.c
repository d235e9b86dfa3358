// vmcheck [NAME|ID]: the VMCS of a running virtual machine, area by area, and what the rules of VM entry say to it.
#include "stdio.h"
#include "vm.h"

int main(int argc, char* argv[])
{
  static char text[16384];
  if (argc > 2)
  {
    printf("usage: vmcheck [NAME|ID]   (without one: the newest virtual machine)\n");
    return 1;
  }
  int id = vm_find("vmcheck", argc > 1 ? argv[1] : 0);
  if (id < 0)
    return 1;
  if (vm_check(id, text, sizeof(text)) < 0)
  {
    char name[vm_name_size];
    vm_name(id, name);
    printf("vmcheck: VM %d (%s) has ended; `vmreport %s' says why\n", id, name, name);
    return 1;
  }
  printf("%s", text);
  return 0;
}
