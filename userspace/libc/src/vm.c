#include "vm.h"

#include "errno.h"
#include "nonstd.h"
#include "stdio.h"
#include "stdlib.h"
#include "string.h"

#define ARG(value) ((unsigned long)(value))

enum
{
  SUMMARY_LINES = 3,
};

int vm_create(struct vm_create_request* request)
{
  return (int)__syscall_errno(sc_vm_create, ARG(request), 0, 0, 0, 0);
}

int vm_attach(int id) { return (int)__syscall_errno(sc_vm_attach, ARG(id), 0, 0, 0, 0); }

int vm_kill(int id) { return (int)__syscall_errno(sc_vm_kill, ARG(id), 0, 0, 0, 0); }

int vm_reset(int id) { return (int)__syscall_errno(sc_vm_reset, ARG(id), 0, 0, 0, 0); }

int vm_panic(int id) { return (int)__syscall_errno(sc_vm_panic, ARG(id), 0, 0, 0, 0); }

int vm_refuse(int id, int which) { return (int)__syscall_errno(sc_vm_refuse, ARG(id), ARG(which), 0, 0, 0); }

ssize_t vm_stat(int id, char* buffer, size_t size)
{
  return __syscall_errno(sc_vm_stat, ARG(id), ARG(buffer), size, 0, 0);
}

ssize_t vm_report(int id, char* buffer, size_t size)
{
  return __syscall_errno(sc_vm_report, ARG(id), ARG(buffer), size, 0, 0);
}

ssize_t vm_check(int id, char* buffer, size_t size)
{
  return __syscall_errno(sc_vm_check, ARG(id), ARG(buffer), size, 0, 0);
}

int vm_check_cpu(unsigned long count, unsigned long seed, char* report, size_t size)
{
  struct vm_check_cpu_request request = {count, seed, report, size};
  return (int)__syscall_errno(sc_vm_check_cpu, ARG(&request), 0, 0, 0, 0);
}

// The first lines of the report: what happened, a hint, where. All of it would push just those off the screen.
static void printSummary(const struct vm_info* vm)
{
  char* report = fetch_text(vm_report, (int)vm->id);
  if (!report)
    return;
  char* end = report;
  for (int line = 0; line < SUMMARY_LINES && *end; ++line)
    end += strcspn(end, "\n") + (strchr(end, '\n') != 0);
  int shortened = *end != '\0';
  *end = '\0';
  printf("%s", report);
  if (shortened)
    printf("`vmreport %s' shows its registers and its last exits\n", vm->name);
  free(report);
}

int vm_console(const char* command, const struct vm_info* vm)
{
  const char* name = vm->name;
  int reason = vm_attach((int)vm->id);
  if (reason < 0)
  {
    printf("%s: %s: %s\n", command, name, strerror(errno));
    return 1;
  }
  if (cursor_column() > 0)
    putchar('\n');
  switch (reason)
  {
  case vm_detached:
    printf("%s runs on as VM %u: `vmconsole %s' goes back, `vmkill %s' ends it\n", name, vm->id, name, name);
    return 0;
  case vm_ended:
    printf("%s has switched itself off\n", name);
    printSummary(vm); // its exit code, or a log that is not complete
    return 0;
  case vm_killed:
    printf("%s was killed\n", name);
    return 0;
  default:
    printf("%s was ended because of an error:\n", name);
    printSummary(vm);
    return 1;
  }
}
