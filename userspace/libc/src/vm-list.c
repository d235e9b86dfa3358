#include "vm.h"

#include "errno.h"
#include "stdio.h"
#include "stdlib.h"
#include "string.h"

#define ARG(value) ((unsigned long)(value))

ssize_t vm_list(struct vm_info vms[], size_t capacity)
{
  return __syscall_errno(sc_vm_list, ARG(vms), sizeof(struct vm_info), capacity, 0, 0);
}

struct vm_info* vm_list_all(size_t* count)
{
  enum
  {
    FIRST_TRY = 16,
  };
  size_t capacity = FIRST_TRY;
  for (;;)
  {
    struct vm_info* vms = malloc(capacity * sizeof(*vms));
    if (!vms)
    {
      errno = ENOMEM;
      return 0;
    }
    ssize_t there = vm_list(vms, capacity);
    if (there >= 0 && (size_t)there <= capacity)
    {
      *count = (size_t)there;
      return vms;
    }
    free(vms);
    if (there < 0)
      return 0;
    capacity = (size_t)there;
  }
}

int vm_is_alive(const struct vm_info* vm) { return vm->state == vm_state_starting || vm->state == vm_state_running; }

const char* vm_state_text(const struct vm_info* vm)
{
  static const char* const texts[] = {
      [vm_state_starting] = "starting", [vm_state_running] = "running", [vm_state_powered_off] = "powered off",
      [vm_state_failed] = "failed",     [vm_state_killed] = "killed",
  };
  if (vm->flags & vm_flag_halted_for_good)
    return "halted";
  if (vm->flags & vm_flag_waits_for_nothing)
    return "polling";
  return vm->state < sizeof(texts) / sizeof(texts[0]) ? texts[vm->state] : "unknown";
}

// The id that `text` is, or -1. No VM's name consists of digits alone.
static long idOf(const char* text)
{
  char* end;
  long id = strtol(text, &end, 10);
  return end != text && *end == '\0' ? id : -1;
}

static int isMeant(const struct vm_info* vm, const char* wanted)
{
  return !wanted || strcmp(vm->name, wanted) == 0 || idOf(wanted) == (long)vm->id;
}

int vm_find(const char* command, const char* wanted, struct vm_info* vm)
{
  size_t count;
  struct vm_info* vms = vm_list_all(&count);
  if (!vms)
  {
    printf("%s: %s\n", command, strerror(errno));
    return -1;
  }
  const struct vm_info* found = 0;
  for (size_t i = 0; i < count; ++i)
  {
    if (isMeant(&vms[i], wanted) && (!found || !vm_is_alive(found) || vm_is_alive(&vms[i])))
      found = &vms[i];
  }
  if (found)
    *vm = *found;
  else if (wanted)
    printf("%s: no virtual machine is called \"%s\"; `vmlist' shows those there are\n", command, wanted);
  else
    printf("%s: there is no virtual machine; `vmrun' starts one\n", command);
  free(vms);
  return found ? 0 : -1;
}

int vm_lookup(int id, struct vm_info* vm)
{
  size_t count;
  struct vm_info* vms = vm_list_all(&count);
  if (!vms)
    return -1;
  for (size_t i = 0; i < count; ++i)
  {
    if ((int)vms[i].id == id)
    {
      *vm = vms[i];
      free(vms);
      return 0;
    }
  }
  free(vms);
  errno = ESRCH;
  return -1;
}
