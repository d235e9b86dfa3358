#include "shell.h"

#include "nonstd.h"
#include "string.h"

int isDirectory(const char* path)
{
  char name[2];
  return pseudols(path, name, sizeof(name)) >= 0;
}

static void addCandidate(struct Candidates* candidates, const char* name, const char* prefix)
{
  size_t size = strlen(name) + 1;
  if (strncmp(name, prefix, strlen(prefix)) != 0 || size > sizeof(candidates->names) - candidates->used)
    return;
  memcpy(candidates->names + candidates->used, name, size);
  candidates->used += size;
  ++candidates->count;
}

static void addNamesOf(struct Candidates* candidates, const char* directory, const char* prefix)
{
  static char listing[LISTING_SIZE];
  if (pseudols(directory, listing, sizeof(listing)) < 0)
    return;
  char* rest;
  for (char* name = strtok_r(listing, "\n", &rest); name; name = strtok_r(0, "\n", &rest))
    addCandidate(candidates, name, prefix);
}

static int endsWith(const char* text, const char* end)
{
  size_t length = strlen(text);
  return length >= strlen(end) && strcmp(text + length - strlen(end), end) == 0;
}

// Programs by file name: NAME.sweb.
static void addPrograms(struct Candidates* candidates, const char* prefix)
{
  static char listing[LISTING_SIZE];
  if (pseudols("/usr", listing, sizeof(listing)) < 0)
    return;
  char* rest;
  for (char* name = strtok_r(listing, "\n", &rest); name; name = strtok_r(0, "\n", &rest))
  {
    if (endsWith(name, ".sweb"))
      addCandidate(candidates, name, prefix);
  }
}

void collectCandidates(struct Candidates* candidates, const char* word, int is_first_word)
{
  candidates->used = 0;
  candidates->count = 0;
  const char* slash = strrchr(word, '/');
  if (slash)
  {
    char directory[MAX_PATH];
    size_t length = (size_t)(slash - word) + 1; // with the slash, so that "/" stays "/"
    strlcpy(directory, word, length + 1 < MAX_PATH ? length + 1 : MAX_PATH);
    addNamesOf(candidates, directory, slash + 1);
  }
  else if (is_first_word)
  {
    for (size_t i = 0; i < builtin_count && word[0] != '\0'; ++i)
      addCandidate(candidates, builtins[i].name, word);
    addPrograms(candidates, word);
  }
  else
    addNamesOf(candidates, ".", word);
}
