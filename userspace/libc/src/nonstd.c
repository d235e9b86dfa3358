#include "nonstd.h"

#include "sched.h"
#include "stdlib.h"

#define ARG(value) ((unsigned long)(value))

pid_t spawn(const char* path, char* const argv[], long* exit_code)
{
  return (pid_t)__syscall_errno(sc_createprocess, ARG(path), exit_code != 0, ARG(argv), ARG(exit_code), 0);
}

long createprocess(const char* path, int wait)
{
  long exit_code;
  pid_t pid = spawn(path, 0, wait ? &exit_code : 0);
  return pid >= 0 && wait ? exit_code : pid;
}

ssize_t pseudols(const char* path, char* buffer, size_t size)
{
  return __syscall_errno(sc_pseudols, ARG(path), ARG(buffer), size, 0, 0);
}

int outline(int port, const char* text) { return (int)__syscall_errno(sc_outline, ARG(port), ARG(text), 0, 0, 0); }

void trace(void) { __syscall(sc_trace, 0, 0, 0, 0, 0); }

int read_key(void) { return (int)__syscall_errno(sc_ioctl, fd_stdin, terminal_read_key, 0, 0, 0); }

void clear_screen(void) { __syscall(sc_ioctl, fd_stdin, terminal_clear, 0, 0, 0); }

int terminal_width(void) { return (int)__syscall_errno(sc_ioctl, fd_stdin, terminal_columns, 0, 0, 0); }

int cursor_column(void) { return (int)__syscall_errno(sc_ioctl, fd_stdin, terminal_column, 0, 0, 0); }

int system_information(struct system_information* information)
{
  return (int)__syscall_errno(sc_sysinfo, ARG(information), 0, 0, 0, 0);
}

ssize_t process_list(char* buffer, size_t size) { return __syscall_errno(sc_processlist, ARG(buffer), size, 0, 0, 0); }

char* fetch_text(ssize_t (*call)(int id, char* buffer, size_t size), int id)
{
  enum
  {
    GROWTH = 256, // by so much it may have grown when it is asked for the second time
  };
  char* text = 0;
  size_t size = 0;
  ssize_t length = call(id, 0, 0);
  while (length >= 0 && (size_t)length >= size)
  {
    free(text);
    size = (size_t)length + GROWTH;
    text = malloc(size);
    length = text ? call(id, text, size) : -1;
  }
  if (length >= 0)
    return text;
  free(text);
  return 0;
}

long fail_allocations(unsigned long first, unsigned long count)
{
  return __syscall_errno(sc_fail_allocations, first, count, 0, 0, 0);
}

int reboot(int how) { return (int)__syscall_errno(sc_reboot, ARG(how), 0, 0, 0, 0); }

int sched_yield(void) { return (int)__syscall_errno(sc_sched_yield, 0, 0, 0, 0, 0); }
