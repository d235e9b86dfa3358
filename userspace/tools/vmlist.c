// vmlist: the virtual machines.
#include "stdio.h"
#include "stdlib.h"
#include "string.h"
#include "vm.h"

// As wide as the longest name, so that the columns stay in line.
static int widthOfNames(const struct vm_info vms[], size_t count)
{
  size_t width = 16;
  for (size_t i = 0; i < count; ++i)
  {
    size_t length = strlen(vms[i].name);
    width = length > width ? length : width;
  }
  return (int)width;
}

int main(void)
{
  size_t count;
  struct vm_info* vms = vm_list_all(&count);
  if (!vms)
  {
    perror("vmlist");
    return 1;
  }
  if (count == 0)
  {
    printf("there is no virtual machine; `vmrun' starts one\n");
    return 0;
  }
  int width = widthOfNames(vms, count);
  printf("%3s  %-*s %-12s %10s %10s %10s %10s\n", "id", width, "name", "state", "memory", "held", "exits",
         "interrupts");
  for (const struct vm_info* vm = vms; vm < vms + count; ++vm)
    printf("%3u  %-*s %-12s %6lu KiB %6lu KiB %10lu %10lu\n", vm->id, width, vm->name, vm_state_text(vm),
           vm->memory / 1024, vm->held / 1024, vm->exits, vm->interrupts);
  free(vms);
  return 0;
}
