// vmreport [NAME|ID]: why a virtual machine ended, and its last state.
#include "stdio.h"
#include "vm.h"

int main(int argc, char* argv[])
{
  static char text[16384];
  if (argc > 2)
  {
    printf("usage: vmreport [NAME|ID]   (without one: the newest virtual machine)\n");
    return 1;
  }
  int id = vm_find("vmreport", argc > 1 ? argv[1] : 0);
  if (id < 0)
    return 1;
  if (vm_report(id, text, sizeof(text)) < 0)
  {
    perror("vmreport");
    return 1;
  }
  printf("%s", text);
  return 0;
}
