#pragma once

#include "sys/syscall.h"
#include "sys/types.h"

// Virtual machines. VMs are known by their id; people know them by name, too. All return -1 with errno on failure.

// Creates and starts a VM from a filled request; returns its id. On failure request->error says what is wrong.
int vm_create(struct vm_create_request* request);

// Shows the VM's screen on this terminal until Ctrl-] or its end; returns vm_detached, vm_ended, vm_failed or
// vm_killed.
int vm_attach(int id);

int vm_kill(int id);
int vm_reset(int id);
// The last screen of a VM that has ended; EBUSY before.
int vm_last_screen(int id, struct vm_screen* screen);
// Has the hypervisor panic while it runs the VM: a drill, to see that only the VM ends.
int vm_panic(int id);
// Has the CPU refuse the VM's next entry: a drill. `which` is 0 for a control field, 1 for one of the host's state, 2
// for one of the guest's.
int vm_refuse(int id, int which);

// What there is to say of the VMs, in the order of their starts: of as many as there is room for. Returns how many
// there are.
ssize_t vm_list(struct vm_info vms[], size_t capacity);
// The same of all, in an array that the caller frees; 0 on failure.
struct vm_info* vm_list_all(size_t* count);
// The same of VM `id` alone; ESRCH if there is none.
int vm_lookup(int id, struct vm_info* vm);
// It is starting or running.
int vm_is_alive(const struct vm_info* vm);
// What it is doing, in a word or two.
const char* vm_state_text(const struct vm_info* vm);

// Texts for people; return the whole length, of which the end of a shorter text tells. See fetch_text().
ssize_t vm_stat(int id, char* buffer, size_t size);
ssize_t vm_report(int id, char* buffer, size_t size);
ssize_t vm_check(int id, char* buffer, size_t size);

// Compares the hypervisor's checker of VM entries with this CPU: a report for people. 0 if they agree, 1 if not.
int vm_check_cpu(unsigned long count, unsigned long seed, char* report, size_t size);

// Looks for the VM called `name`, or whose id `name` is; with name == 0 for any. Running ones come before those that
// have ended, new ones before old ones. If there is no such VM, prints that behind the name of the command, and returns
// -1.
int vm_find(const char* command, const char* name, struct vm_info* vm);

// Prints a sentence about what a VM is doing, or how it ended.
void vm_print_state(const struct vm_info* vm);

// vm_attach(), and then a line for the person about how it ended. Returns the exit code for the program.
int vm_console(const char* command, const struct vm_info* vm);
