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
  struct vm_info vm;
  if (vm_find("vmstat", argc > 1 ? argv[1] : 0, &vm) < 0)
    return 1;
  char* text = fetch_text(vm_stat, (int)vm.id);
  if (!text)
  {
    perror("vmstat");
    return 1;
  }
  if (!vm_is_alive(&vm))
    printf("%s has ended; these are its final counts\n", vm.name);
  printf("%s", text);
  free(text);
  return 0;
}
