#include "shell.h"

#include "errno.h"
#include "nonstd.h"
#include "stdio.h"
#include "string.h"

// Starts the program at `path` unless there is none. Returns the process id, or -1 with errno set.
static pid_t start(const char* path, const struct Command* command, long* exit_code)
{
  return spawn(path, command->words, command->background ? 0 : exit_code);
}

// A name with a slash is a path; any other is looked for in /usr. The suffix may be left out.
static pid_t find(const struct Command* command, long* exit_code)
{
  const char* name = command->words[0];
  const char* directory = strchr(name, '/') ? "" : "/usr/";
  static const char* const suffixes[] = {".sweb", ""};
  pid_t pid = -1;
  for (size_t i = 0; i < 2; ++i)
  {
    char path[MAX_PATH];
    if (snprintf(path, sizeof(path), "%s%s%s", directory, name, suffixes[i]) >= MAX_PATH)
    {
      errno = ENAMETOOLONG;
      return -1;
    }
    pid = start(path, command, exit_code);
    if (pid >= 0 || errno != ENOENT)
      break;
  }
  return pid;
}

void runProgram(const struct Command* command)
{
  const char* name = command->words[0];
  if (command->output)
  {
    printf("%s: only the shell's own commands can write into a file\n", name);
    return;
  }
  long exit_code = 0;
  pid_t pid = find(command, &exit_code);
  if (pid < 0 && errno == ENOENT)
    printf("unknown command \"%s\" (%lu characters); `help' lists what there is\n", name, strlen(name));
  else if (pid < 0)
    printf("%s: %s\n", name, strerror(errno));
  else if (command->background)
    printf("%s runs in the background as process %d\n", name, pid);
  else if (exit_code != 0 && exit_code != 1) // a program that exits with 1 has said what is wrong
    printf("%s%s: exit code %ld\n", cursor_column() > 0 ? "\n" : "", name, exit_code);
}
