// vmcheck [NAME|ID]: the VMCS of a running virtual machine, area by area, and what the rules of VM entry say to it.
// vmcheck --refuse control|host|guest NAME|ID: has the CPU refuse its next entry, to see what is reported then.
// vmcheck --cpu [COUNT [SEED]]: these rules compared with what this CPU does with COUNT mutated entries.
#include "nonstd.h"
#include "stdio.h"
#include "stdlib.h"
#include "string.h"
#include "vm.h"

enum
{
  DEFAULT_COUNT = 10000,
  DEFAULT_SEED = 1,
};

static int usage(void)
{
  printf("usage: vmcheck [NAME|ID]   (without one: the newest virtual machine)\n"
         "       vmcheck --refuse control|host|guest NAME|ID   (a drill, which ends it)\n"
         "       vmcheck --cpu [COUNT [SEED]]   compares the rules with this CPU\n");
  return 1;
}

static int checkCpu(int argc, char* argv[])
{
  unsigned long count = argc > 0 ? strtoul(argv[0], 0, 0) : DEFAULT_COUNT;
  unsigned long seed = argc > 1 ? strtoul(argv[1], 0, 0) : DEFAULT_SEED;
  static char text[16384]; // as long as the kernel's
  int result = vm_check_cpu(count, seed, text, sizeof(text));
  printf("%s", text);
  if (result < 0)
    perror("vmcheck");
  return result != 0;
}

static int hasEnded(const struct vm_info* vm)
{
  printf("vmcheck: VM %u (%s) has ended; `vmreport %s' says why\n", vm->id, vm->name, vm->name);
  return 1;
}

static int checkVm(const char* wanted)
{
  struct vm_info vm;
  if (vm_find("vmcheck", wanted, &vm) < 0)
    return 1;
  char* text = fetch_text(vm_check, (int)vm.id);
  if (!text)
    return hasEnded(&vm);
  printf("%s", text);
  free(text);
  return 0;
}

static int refuse(const char* field, const char* wanted)
{
  static const char* const fields[] = {"control", "host", "guest"};
  int which = 0;
  while (which < 3 && strcmp(field, fields[which]) != 0)
    ++which;
  if (which == 3)
    return usage();
  struct vm_info vm;
  if (vm_find("vmcheck", wanted, &vm) < 0)
    return 1;
  if (vm_refuse((int)vm.id, which) < 0)
  {
    perror("vmcheck");
    return 1;
  }
  (void)hasEnded(&vm);
  return 0;
}

int main(int argc, char* argv[])
{
  if (argc > 1 && argc <= 4 && strcmp(argv[1], "--cpu") == 0)
    return checkCpu(argc - 2, argv + 2);
  if (argc == 4 && strcmp(argv[1], "--refuse") == 0)
    return refuse(argv[2], argv[3]);
  if (argc <= 2 && (argc == 1 || argv[1][0] != '-'))
    return checkVm(argc > 1 ? argv[1] : 0);
  return usage();
}
