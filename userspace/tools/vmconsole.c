// vmconsole [NAME|ID]: shows the screen of a virtual machine until Ctrl-].
#include "stdio.h"
#include "vm.h"

int main(int argc, char* argv[])
{
  if (argc > 2)
  {
    printf("usage: vmconsole [NAME|ID]   (without one: the newest virtual machine)\n");
    return 1;
  }
  int id = vm_find("vmconsole", argc > 1 ? argv[1] : 0);
  return id < 0 ? 1 : vm_console("vmconsole", id);
}
