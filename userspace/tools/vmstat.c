// vmstat [NAME|ID]: what a virtual machine has done so far: exits by reason, pages, interrupts.
#include "nonstd.h"
#include "stdio.h"
#include "stdlib.h"
#include "vm.h"

int main(int argc, char* argv[])
{
  if (argc > 2)
  {
    printf("usage: vmstat [NAME|ID]   (without one: the newest virtual machine)\n");
    return 1;
  }
  int id = vm_find("vmstat", argc > 1 ? argv[1] : 0);
  if (id < 0)
    return 1;
  char* text = fetch_text(vm_stat, id);
  if (!text)
  {
    perror("vmstat");
    return 1;
  }
  printf("%s", text);
  free(text);
  return 0;
}
