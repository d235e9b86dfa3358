// ps: the running programs.
#include "nonstd.h"
#include "stdio.h"
#include "stdlib.h"

static ssize_t listAll(int id, char* buffer, size_t size)
{
  (void)id;
  return process_list(buffer, size);
}

int main(void)
{
  char* list = fetch_text(listAll, 0);
  if (!list)
  {
    perror("ps");
    return 1;
  }
  printf("  pid  state     terminal  program\n%s", list);
  free(list);
  return 0;
}
