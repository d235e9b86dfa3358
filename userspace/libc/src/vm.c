#include "vm.h"

#include "ctype.h"
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

ssize_t vm_list(char* buffer, size_t size) { return __syscall_errno(sc_vm_list, ARG(buffer), size, 0, 0, 0); }

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

// What a line of the list begins with.
struct ListedVm
{
  int id;
  char name[vm_name_size];
  char state[16];
};

static const char* takeWord(const char* text, char* word, size_t size)
{
  text += strspn(text, " \t");
  size_t length = strcspn(text, " \t");
  strlcpy(word, text, length + 1 < size ? length + 1 : size);
  return text + length;
}

static int parseListLine(const char* line, struct ListedVm* vm)
{
  char* end;
  vm->id = (int)strtol(line, &end, 10);
  if (end == line) // the heading
    return 0;
  const char* rest = takeWord(end, vm->name, sizeof(vm->name));
  takeWord(rest, vm->state, sizeof(vm->state));
  return 1;
}

static int isAlive(const struct ListedVm* vm)
{
  static const char* const ALIVE[] = {"starting", "running", "halted"};
  for (size_t i = 0; i < sizeof(ALIVE) / sizeof(ALIVE[0]); ++i)
    if (strcmp(vm->state, ALIVE[i]) == 0)
      return 1;
  return 0;
}

int vm_find(const char* command, const char* wanted)
{
  static char list[VM_LIST_SIZE];
  if (vm_list(list, sizeof(list)) < 0)
  {
    printf("%s: %s\n", command, strerror(errno));
    return -1;
  }
  int found = -1;
  int found_alive = 0;
  char* rest;
  for (char* line = strtok_r(list, "\n", &rest); line; line = strtok_r(0, "\n", &rest))
  {
    struct ListedVm vm;
    if (!parseListLine(line, &vm))
      continue;
    int fits = !wanted || strcmp(vm.name, wanted) == 0 || (isdigit(wanted[0]) && atoi(wanted) == vm.id);
    if (!fits || (found_alive && !isAlive(&vm)))
      continue;
    found = vm.id;
    found_alive = isAlive(&vm);
  }
  if (found < 0 && wanted)
    printf("%s: no virtual machine is called \"%s\"; `vmlist' shows those there are\n", command, wanted);
  else if (found < 0)
    printf("%s: there is no virtual machine; `vmrun' starts one\n", command);
  return found;
}

void vm_name(int id, char name[vm_name_size])
{
  static char list[VM_LIST_SIZE];
  char* rest = list;
  if (vm_list(list, sizeof(list)) > 0)
  {
    for (char* line = strtok_r(list, "\n", &rest); line; line = strtok_r(0, "\n", &rest))
    {
      struct ListedVm vm;
      if (parseListLine(line, &vm) && vm.id == id)
      {
        strlcpy(name, vm.name, vm_name_size);
        return;
      }
    }
  }
  snprintf(name, vm_name_size, "%d", id);
}

// The first lines of the report: what happened, a hint, where. All of it would push just those off the screen.
static void printSummary(int id, const char* name)
{
  char* report = fetch_text(vm_report, id);
  if (!report)
    return;
  char* end = report;
  for (int line = 0; line < SUMMARY_LINES && *end; ++line)
    end += strcspn(end, "\n") + (strchr(end, '\n') != 0);
  int shortened = *end != '\0';
  *end = '\0';
  printf("%s", report);
  if (shortened)
    printf("`vmreport %s' shows its registers and its last exits\n", name);
  free(report);
}

int vm_console(const char* command, int id)
{
  char name[vm_name_size];
  vm_name(id, name);
  int reason = vm_attach(id);
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
    printf("%s runs on as VM %d: `vmconsole %s' goes back, `vmkill %s' ends it\n", name, id, name, name);
    return 0;
  case vm_ended:
    printf("%s has switched itself off\n", name);
    printSummary(id, name); // its exit code, or a log that is not complete
    return 0;
  case vm_killed:
    printf("%s was killed\n", name);
    return 0;
  default:
    printf("%s was ended because of an error:\n", name);
    printSummary(id, name);
    return 1;
  }
}
