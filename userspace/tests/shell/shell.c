// The pseudo-shell: where a person meets SWEB.
#include "shell.h"

#include "errno.h"
#include "fcntl.h"
#include "files.h"
#include "nonstd.h"
#include "stdio.h"
#include "string.h"
#include "unistd.h"

static void printLogo(void)
{
  printf("\n"
         "   ___ __      _____ ___    __   ____  ____  __\n"
         "  / __|\\ \\    / / __| _ )___\\ \\ / /  \\/  \\ \\/ /\n"
         "  \\__ \\ \\ \\/\\/ /| _|| _ \\___|\\ V /| |\\/| |>  <\n"
         "  |___/  \\_/\\_/ |___|___/     \\_/ |_|  |_/_/\\_\\\n"
         "\n"
         "The pseudo-shell is ready.\n"
         "Commands:");
  for (size_t i = 0; i < builtin_count; ++i)
    printf("%s%s", i == 0 ? " " : builtins[i].usage ? ", " : "/", builtins[i].name);
  printf("\n");
}

// Whether one of the files that the command reads is the one it would write, under whatever name. Says so.
static int readsItsOutput(const struct Command* command, int out)
{
  struct file_status written, read;
  if (fstat(out, &written) < 0)
    return 0;
  for (int i = 1; i < command->word_count; ++i)
  {
    if (stat(command->words[i], &read) == 0 && is_same_file(&written, &read))
    {
      printf("%s: %s: input file is output file\n", command->words[0], command->words[i]);
      return 1;
    }
  }
  return 0;
}

// Opens the file that a command's output goes to; empties it only once it is known that the command does not read it.
// Returns -1 after having printed what is wrong.
static int openOutput(const struct Builtin* builtin, const struct Command* command)
{
  int out = open(command->output, O_WRONLY | O_CREAT | (command->append ? O_APPEND : 0));
  if (out < 0)
  {
    printf("%s: %s\n", command->output, strerror(errno));
    return -1;
  }
  struct file_status status;
  int reads_it = readsFiles(builtin) && readsItsOutput(command, out);
  int empties = !reads_it && !command->append && fstat(out, &status) == 0 && status.type == file_type_regular;
  if (empties && ftruncate(out, 0) < 0)
    printf("%s: %s\n", command->output, strerror(errno));
  else if (!reads_it)
    return out;
  close(out);
  return -1;
}

// Runs a command of the shell itself, with its output in the file the user named.
static void runBuiltin(const struct Builtin* builtin, struct Command* command)
{
  int out = command->output ? openOutput(builtin, command) : STDOUT_FILENO;
  if (out < 0)
    return;
  builtin->run(command->word_count, command->words, out);
  if (out != STDOUT_FILENO && close(out) != 0)
    printf("%s: %s\n", command->output, strerror(errno));
}

static void execute(struct Command* command)
{
  if (command->word_count == 0)
    return;
  const struct Builtin* builtin = findBuiltin(command->words[0]);
  if (builtin)
    runBuiltin(builtin, command);
  else
    runProgram(command);
}

static void executeLine(const char* line)
{
  static struct Command command;
  while (*line != '\0')
  {
    const char* problem = parseCommand(&line, &command);
    if (problem)
    {
      printf("%s\n", problem);
      return;
    }
    execute(&command);
  }
}

int main(void)
{
  printLogo();
  for (;;)
  {
    char path[MAX_PATH];
    char prompt[MAX_PATH + 16];
    char line[MAX_LINE];
    if (!getcwd(path, sizeof(path)))
      strlcpy(path, "?", sizeof(path));
    snprintf(prompt, sizeof(prompt), "SWEB: %s> ", path);
    if (cursor_column() > 0)
      putchar('\n');
    if (!editLine(prompt, line))
      return 0;
    rememberLine(line);
    executeLine(line);
  }
}
