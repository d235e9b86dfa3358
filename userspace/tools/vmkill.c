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
    int id = vm_find("vmkill", argv[i]);
    if (id >= 0 && vm_kill(id) == 0)
      printf("VM %d (%s) was ended\n", id, argv[i]);
    else
    {
      if (id >= 0)
        perror("vmkill");
      ++failures;
    }
  }
  return failures;
}
