// Standard input. The terminal hands out whole lines, so a line is fetched once and given away character by character.
#include "stdio.h"
#include "string.h"
#include "unistd.h"

static char line[256];
static size_t line_length;
static size_t line_position;

int getchar(void)
{
  if (line_position == line_length)
  {
    ssize_t length = read(STDIN_FILENO, line, sizeof(line));
    if (length <= 0)
      return EOF;
    line_length = (size_t)length;
    line_position = 0;
  }
  return (unsigned char)line[line_position++];
}

static int nextCharacter(int fd)
{
  if (fd == STDIN_FILENO)
    return getchar();
  unsigned char c;
  return read(fd, &c, 1) == 1 ? c : EOF;
}

char* fgets(char* buffer, size_t size, int fd)
{
  if (size == 0)
    return 0;
  size_t length = 0;
  int c;
  while ((c = nextCharacter(fd)) != EOF && c != '\n')
  {
    if (length < size - 1)
      buffer[length++] = (char)c;
  }
  buffer[length] = '\0';
  return c == EOF && length == 0 ? 0 : buffer;
}

char* gets(char* buffer, size_t size) { return fgets(buffer, size, STDIN_FILENO); }
