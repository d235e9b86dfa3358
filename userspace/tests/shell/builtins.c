#include "shell.h"

#include "errno.h"
#include "fcntl.h"
#include "nonstd.h"
#include "stdio.h"
#include "stdlib.h"
#include "string.h"
#include "unistd.h"

static void complain(const char* command, const char* what) { printf("%s: %s: %s\n", command, what, strerror(errno)); }

static void help(int, char*[], int out)
{
  dprintf(out, "Commands of the shell:\n");
  for (size_t i = 0; i < builtin_count; ++i)
  {
    if (builtins[i].usage)
      dprintf(out, "  %s\n", builtins[i].usage);
  }
  dprintf(out, "\nAny other word runs the program of that name in /usr: `mult' or `mult.sweb',\n"
               "with arguments behind it, and with `&' at the end without waiting for it.\n"
               "`ls /usr' lists the programs; `;' separates commands, quotes keep blanks.\n"
               "Tab completes names, Up and Down recall what was typed before.\n");
}

static void ls(int word_count, char* words[], int out)
{
  const char* directory = word_count > 1 ? words[1] : ".";
  static char names[LISTING_SIZE];
  if (out == STDOUT_FILENO ? pseudols(directory, 0, 0) < 0 : pseudols(directory, names, sizeof(names)) < 0)
    complain(words[0], directory);
  else if (out != STDOUT_FILENO)
    dprintf(out, "%s", names);
}

static void cd(int word_count, char* words[], int)
{
  const char* directory = word_count > 1 ? words[1] : "/";
  if (chdir(directory) < 0)
    complain(words[0], directory);
}

static void pwd(int, char* words[], int out)
{
  char path[MAX_PATH];
  if (getcwd(path, sizeof(path)))
    dprintf(out, "%s\n", path);
  else
    complain(words[0], "working directory");
}

// Returns 0 if nothing more can be written.
static int copyOut(const char* buffer, size_t length, int out)
{
  while (length > 0)
  {
    ssize_t written = write(out, buffer, length);
    if (written == 0)
      errno = ENOSPC;
    if (written <= 0)
    {
      complain("cat", "write error");
      return 0;
    }
    buffer += written;
    length -= (size_t)written;
  }
  return 1;
}

static void printFile(const char* name, int out)
{
  char buffer[1024];
  int fd = open(name, O_RDONLY);
  ssize_t length = fd < 0 ? -1 : 0;
  while (fd >= 0 && (length = read(fd, buffer, sizeof(buffer))) > 0)
  {
    if (!copyOut(buffer, (size_t)length, out))
      break;
  }
  if (length < 0)
    complain("cat", name);
  if (fd >= 0)
    close(fd);
}

static void cat(int word_count, char* words[], int out)
{
  if (word_count < 2)
    printf("usage: cat FILE...\n");
  for (int i = 1; i < word_count; ++i)
    printFile(words[i], out);
}

static void echo(int word_count, char* words[], int out)
{
  int done = 0;
  for (int i = 1; i < word_count && done >= 0; ++i)
    done = dprintf(out, "%s%s", i > 1 ? " " : "", words[i]);
  if (done < 0 || dprintf(out, "\n") < 0)
    complain(words[0], "write error");
}

static void showHistory(int, char*[], int out) { printHistory(out); }

static void cls(int, char*[], int) { clear_screen(); }

static void leave(int word_count, char* words[], int) { exit(word_count > 1 ? atol(words[1]) : 0); }

// Short forms stand behind the name they abbreviate, without a line of their own in the help.
const struct Builtin builtins[] = {
    {"help", "help             this list", help},
    {"h", 0, help},
    {"ls", "ls [DIRECTORY]   what is in a directory", ls},
    {"l", 0, ls},
    {"cd", "cd [DIRECTORY]   go there; without one to /", cd},
    {"pwd", "pwd              where you are", pwd},
    {"cat", "cat FILE...      print files", cat},
    {"echo", "echo WORDS       print words; behind them `> FILE' writes, `>> FILE' appends", echo},
    {"history", "history          what was typed before", showHistory},
    {"cls", "cls              empty the screen", cls},
    {"clear", 0, cls},
    {"exit", "exit [CODE]      end the shell", leave},
    {"quit", 0, leave},
    {"q", 0, leave},
};
const size_t builtin_count = sizeof(builtins) / sizeof(builtins[0]);

const struct Builtin* findBuiltin(const char* name)
{
  for (size_t i = 0; i < builtin_count; ++i)
  {
    if (strcmp(builtins[i].name, name) == 0)
      return &builtins[i];
  }
  return 0;
}

int readsFiles(const struct Builtin* builtin) { return builtin->run == cat; }
