#pragma once

// Shared by the parts of the shell: limits, and what one part offers the others.
//   shell.c        prompt, logo, main loop
//   line-editor.c  one line of input with editing, history and completion
//   history.c      what was typed before
//   completion.c   names that fit what was typed
//   command.c      from a line to words, redirection and `&`
//   builtins.c     commands the shell executes itself
//   programs.c     everything else

#include "sys/types.h"

enum
{
  MAX_LINE = 256,
  MAX_WORDS = 32,
  MAX_PATH = 256,
  LISTING_SIZE = 8192,
};

// ---- history.c

void rememberLine(const char* line);

// The line typed `age` lines ago, 1 being the last one; 0 if there is none.
const char* recallLine(size_t age);
void printHistory(int out);

// ---- completion.c

struct Candidates
{
  char names[LISTING_SIZE]; // one after the other, each with its zero
  size_t used;
  size_t count;
};

// Collects what can follow: commands and programs for the first word of a line, else names of files. `word` is what has
// been typed of it; the candidates are complete words' last path components.
void collectCandidates(struct Candidates* candidates, const char* word, int is_first_word);

// True if `directory` can be listed.
int isDirectory(const char* path);

// ---- line-editor.c

// Reads one line into `line`. Returns 0 at the end of input (Ctrl-D in an empty line).
int editLine(const char* prompt, char line[MAX_LINE]);

// ---- command.c

struct Command
{
  int word_count;
  char* words[MAX_WORDS + 1]; // the last one is 0
  int background;             // it ended in `&`
  const char* output;         // file behind `>` or `>>`, or 0
  int append;                 // it was `>>`
  char text[2 * MAX_LINE];    // where the words are
};

// Takes the first command, up to `;` or the end, off `*line`. Returns 0, or what is wrong with it.
const char* parseCommand(const char** line, struct Command* command);

// ---- builtins.c

struct Builtin
{
  const char* name;
  const char* usage;
  void (*run)(int word_count, char* words[], int out);
};

extern const struct Builtin builtins[];
extern const size_t builtin_count;

const struct Builtin* findBuiltin(const char* name);

// Whether its arguments are files, whose content it prints.
int readsFiles(const struct Builtin* builtin);

// ---- programs.c

void runProgram(const struct Command* command);
