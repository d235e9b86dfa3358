// Reads lines and prints them back, with their lengths, until Ctrl-D.
#include "stdio.h"
#include "string.h"

int main(void)
{
  char line[128];
  while (gets(line, sizeof(line)))
    printf("%lu: \"%s\"\n", strlen(line), line);
  printf("end of input\n");
  return 0;
}
