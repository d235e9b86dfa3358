// ps: the running programs.
#include "nonstd.h"
#include "stdio.h"

int main(void)
{
  static char list[4096];
  if (process_list(list, sizeof(list)) < 0)
  {
    perror("ps");
    return 1;
  }
  printf("  pid  state     terminal  program\n%s", list);
  return 0;
}
