#pragma once

#include "sys/syscall.h"
#include "sys/types.h"

// What only SWEB has.

// Starts a program, with `path` as its only argument. With wait == 0 returns its process id, else waits for its end and
// returns its exit code. -1 with errno set if it could not be started.
long createprocess(const char* path, int wait);

// The same with arguments (argv[0] is the name, the last element 0) and with the exit code apart, so that no code looks
// like a failure. Without exit_code it does not wait. Returns the process id, or -1.
pid_t spawn(const char* path, char* const argv[], long* exit_code);

// The names in a directory, each followed by a newline; returns the length of the text. With buffer == 0 the kernel
// prints the listing itself.
ssize_t pseudols(const char* path, char* buffer, size_t size);

// Text on the debug port, at most 250 characters.
int outline(int port, const char* text);

// The caller's backtrace, on the debug port.
void trace(void);

// Waits for one key on the terminal. Returns its code: a character, or one of key_... (syscall-definitions.h).
int read_key(void);
void clear_screen(void);

// Width of the terminal, and the column of its cursor, 0 being the first.
int terminal_width(void);
int cursor_column(void);

int system_information(struct system_information* information);
ssize_t process_list(char* buffer, size_t size);

// A text of the kernel's, whole, however long it is; to be freed. `call` is a system call that returns the length of
// its text, such as vm_report() in vm.h, and `id` its first argument. 0 with errno on failure.
char* fetch_text(ssize_t (*call)(int id, char* buffer, size_t size), int id);

// For tests: of the kernel's allocations from now on, `count` fail, beginning with the `first` (1: the next). Returns
// how many there were since the last call.
long fail_allocations(unsigned long first, unsigned long count);

// Ends everything cleanly; returns only if it failed.
int reboot(int how);
