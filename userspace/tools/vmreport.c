// vmreport [NAME|ID]: what a virtual machine is doing, or why it ended, with its last state.
#include "nonstd.h"
#include "stdio.h"
#include "stdlib.h"
#include "vm.h"

int main(int argc, char* argv[])
{
  if (argc > 2)
  {
    printf("usage: vmreport [NAME|ID]   (without one: the newest virtual machine)\n");
    return 1;
  }
  struct vm_info vm;
  if (vm_find("vmreport", argc > 1 ? argv[1] : 0, &vm) < 0)
    return 1;
  char* text = fetch_text(vm_report, (int)vm.id);
  if (!text)
  {
    perror("vmreport");
    return 1;
  }
  vm_print_state(&vm);
  printf("%s", text);
  if (!vm_is_alive(&vm))
    printf("`vmconsole %s' shows its last screen, `vmstat %s' its final counts\n", vm.name, vm.name);
  free(text);
  return 0;
}
