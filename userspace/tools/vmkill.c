// vmkill NAME|ID...: ends virtual machines as if their power was cut.
#include "stdio.h"
#include "vm.h"

int main(int argc, char* argv[])
{
  int failures = 0;
  if (argc < 2)
  {
    printf("usage: vmkill NAME|ID...\n");
    return 1;
  }
  for (int i = 1; i < argc; ++i)
  {
    char name[vm_name_size];
    int id = vm_find("vmkill", argv[i]);
    if (id >= 0)
      vm_name(id, name);
    if (id >= 0 && vm_kill(id) == 0)
      printf("VM %d (%s) was ended\n", id, name);
    else
    {
      if (id >= 0)
        printf("vmkill: VM %d (%s) has ended already\n", id, name);
      ++failures;
    }
  }
  return failures;
}
