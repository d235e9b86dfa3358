// vmlist: the virtual machines.
#include "stdio.h"
#include "string.h"
#include "vm.h"

int main(void)
{
  static char list[VM_LIST_SIZE];
  if (vm_list(list, sizeof(list)) < 0)
  {
    perror("vmlist");
    return 1;
  }
  const char* first = strchr(list, '\n'); // behind the heading
  if (!first || first[1] == '\0')
    printf("there is no virtual machine; `vmrun' starts one\n");
  else
    printf("%s", list);
  return 0;
}
