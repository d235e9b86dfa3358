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

int vm_last_screen(int id, struct vm_screen* screen)
{
  return (int)__syscall_errno(sc_vm_last_screen, ARG(id), ARG(screen), 0, 0, 0);
}

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

void vm_print_state(const struct vm_info* vm)
{
  const char* name = vm->name;
  switch (vm->state)
  {
  case vm_state_starting:
    printf("%s is starting, as VM %u\n", name, vm->id);
    break;
  case vm_state_running:
    if (vm->flags & vm_flag_halted_for_good)
      printf("%s has halted with interrupts disabled: only `vmreset %s' wakes it\n", name, name);
    else
      printf("%s is running, as VM %u: `vmstat %s' counts what it does\n", name, vm->id, name);
    break;
  case vm_state_powered_off:
    printf("%s has switched itself off", name);
    if (vm->exit_code)
      printf(" with exit code %u", vm->exit_code);
    putchar('\n');
    break;
  case vm_state_killed:
    printf("%s was killed\n", name);
    break;
  default:
    printf("%s was ended because of an error:\n", name);
    break;
  }
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
  if (reason == vm_detached)
  {
    printf("%s runs on as VM %u: `vmconsole %s' goes back, `vmkill %s' ends it\n", name, vm->id, name, name);
    return 0;
  }
  struct vm_info ended;
  if (vm_lookup((int)vm->id, &ended) < 0)
  {
    printf("%s: %s has ended, and is forgotten already\n", command, name);
    return 1;
  }
  vm_print_state(&ended);
  printSummary(&ended); // what went wrong, if anything did, or a log that is not complete
  return ended.state == vm_state_failed;
}
