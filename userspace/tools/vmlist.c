// vmlist: the virtual machines.
#include "stdio.h"
#include "string.h"
#include "vm.h"

int main(void)
{
  static char list[4096];
  if (vm_list(list, sizeof(list)) < 0)
  {
    perror("vmlist");
    return 1;
  }
  if (list[0] == '\0')
    printf("there is no virtual machine; `vmrun' starts one\n");
  printf("%s", list);
  return 0;
}
