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
  struct vm_info vm;
  if (vm_find("vmconsole", argc > 1 ? argv[1] : 0, &vm) < 0)
    return 1;
  return vm_console("vmconsole", &vm);
}
