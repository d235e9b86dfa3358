// vmconsole [NAME|ID]: shows the screen of a virtual machine until Ctrl-], or the last screen of one that has ended.
#include "errno.h"
#include "stdio.h"
#include "string.h"
#include "vm.h"

// Characters up to here move the cursor when they are printed, so they are shown as blanks.
#define LAST_CONTROL 31

// The text of a row without the blanks at its end; its length.
static int textOf(const struct vm_screen* screen, int row, char text[vm_screen_columns])
{
  int length = 0;
  for (int column = 0; column < vm_screen_columns; ++column)
  {
    unsigned char c = (unsigned char)screen->cells[row * vm_screen_columns + column];
    text[column] = c <= LAST_CONTROL || c == 127 ? ' ' : (char)c;
    if (text[column] != ' ')
      length = column + 1;
  }
  return length;
}

static int showLastScreen(const struct vm_info* vm)
{
  static struct vm_screen screen;
  if (vm_last_screen((int)vm->id, &screen) < 0)
  {
    printf("vmconsole: the last screen of %s: %s\n", vm->name, strerror(errno));
    return 1;
  }
  char text[vm_screen_columns];
  int rows = vm_screen_rows;
  while (rows > 0 && textOf(&screen, rows - 1, text) == 0)
    --rows;
  for (int row = 0; row < rows; ++row)
  {
    int length = textOf(&screen, row, text);
    printf("%.*s\n", length, text);
  }
  printf("-- the last screen of %s, which has ended: `vmreport %s' says how\n", vm->name, vm->name);
  return 0;
}

int main(int argc, char* argv[])
{
  if (argc > 2)
  {
    printf("usage: vmconsole [NAME|ID]   (without one: the newest virtual machine)\n");
    return 1;
  }
  struct vm_info vm;
  if (vm_find("vmconsole", argc > 1 ? argv[1] : 0, &vm) < 0)
    return 1;
  return vm_is_alive(&vm) ? vm_console("vmconsole", &vm) : showLastScreen(&vm);
}
