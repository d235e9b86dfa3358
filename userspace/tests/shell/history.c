#include "shell.h"

#include "stdio.h"
#include "string.h"

#define REMEMBERED 32

static char lines[REMEMBERED][MAX_LINE];
static size_t line_count; // ever remembered; the newest is at (line_count - 1) % REMEMBERED

const char* recallLine(size_t age)
{
  if (age == 0 || age > REMEMBERED || age > line_count)
    return 0;
  return lines[(line_count - age) % REMEMBERED];
}

void rememberLine(const char* line)
{
  const char* last = recallLine(1);
  if (line[0] == '\0' || (last && strcmp(last, line) == 0))
    return;
  strlcpy(lines[line_count++ % REMEMBERED], line, MAX_LINE);
}

void printHistory(int out)
{
  for (size_t age = line_count < REMEMBERED ? line_count : REMEMBERED; age > 0; --age)
    dprintf(out, "%4lu  %s\n", line_count - age + 1, recallLine(age));
}
