// vmstat [NAME|ID]: what a virtual machine has done so far: exits by reason, pages, interrupts.
#include "stdio.h"
#include "vm.h"

int main(int argc, char* argv[])
{
  static char text[16384];
  if (argc > 2)
  {
    printf("usage: vmstat [NAME|ID]   (without one: the newest virtual machine)\n");
    return 1;
  }
  int id = vm_find("vmstat", argc > 1 ? argv[1] : 0);
  if (id < 0)
    return 1;
  if (vm_stat(id, text, sizeof(text)) < 0)
  {
    perror("vmstat");
    return 1;
  }
  printf("%s", text);
  return 0;
}
