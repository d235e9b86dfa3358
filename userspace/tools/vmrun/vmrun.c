// vmrun: starts a virtual machine from a definition or a kernel image, and shows its screen.
#include "definition.h"
#include "nonstd.h"
#include "options.h"
#include "stdio.h"
#include "string.h"
#include "vm.h"

static const char usage[] = "usage: vmrun [OPTIONS] NAME | FILE\n"
                            "\n"
                            "Starts a virtual machine and shows its screen. Ctrl-] comes back here while it\n"
                            "runs on. NAME is a definition, /usr/guests/NAME.vm; FILE is a kernel image\n"
                            "(Multiboot 1, or flat 16-bit code), or a definition whose name ends in .vm.\n"
                            "\n"
                            "  --memory SIZE      RAM, such as 16M\n"
                            "  --kernel FILE      another kernel\n"
                            "  --format FORMAT    how the kernel is loaded: multiboot or flat\n"
                            "  --cmdline TEXT     the kernel's command line, behind its path\n"
                            "  --module 'FILE ARGUMENTS'  one more Multiboot module\n"
                            "  --disk PATH[,ro]   one more disk: an image file, or a device of the host such\n"
                            "                     as idea2 (a file of that name is ./idea2); `,ro' protects it\n"
                            "  --console KIND     what is shown: screen or serial\n"
                            "  --name NAME        what the VM is called\n"
                            "  --log FILE         where the guest's serial and debug output goes\n"
                            "  --triplefault WHAT report or reset\n"
                            "  --barriers off     no flushes of predictors and caches between guests\n"
                            "  --detach           do not show its screen; `vmconsole' does later\n"
                            "\n"
                            "Options override what the definition says; modules and disks are added to it.\n"
                            "Their paths begin in the working directory, those in a definition in the\n"
                            "definition's own. See also vmlist, vmconsole, vmstat, vmreport, vmreset, vmkill,\n"
                            "vmpanic.\n";

int main(int argc, char* argv[])
{
  static struct Definition definition;
  struct Options options;
  if (argc < 2)
  {
    printf("%s", usage);
    return 0;
  }
  if (!parseOptions(argc, argv, &options))
  {
    printf("`vmrun' alone explains what it takes\n");
    return 1;
  }
  if (options.help)
  {
    printf("%s", usage);
    return 0;
  }
  if (!readDefinition(&definition, options.guest) || !appendOptions(&definition, &options) ||
      !enterDirectory(&definition))
    return 1;

  static struct vm_create_request request;
  request.definition = definition.text;
  request.definition_length = definition.length;
  request.options = definition.options;
  request.options_length = definition.options_length;
  // One that is too long is none: the kernel says what a name is.
  if (strlen(definition.name) < sizeof(request.name))
    strlcpy(request.name, definition.name, sizeof(request.name));
  int id = vm_create(&request);
  if (id < 0)
  {
    if (request.error[0] != '\0')
      printf("vmrun: %s: %s\n", options.guest, request.error);
    else
      perror("vmrun");
    return 1;
  }
  struct vm_info vm;
  if (vm_lookup(id, &vm) < 0)
  {
    perror("vmrun");
    return 1;
  }
  if (!options.detach || !vm_is_alive(&vm))
    return vm_console("vmrun", &vm);
  printf("%s runs as VM %d: `vmconsole %s' shows its screen\n", vm.name, id, vm.name);
  return 0;
}
