// One line of input. It stays on one row of the screen: a line that is longer than the screen is wide scrolls sideways.
#include "shell.h"

#include "ctype.h"
#include "nonstd.h"
#include "stdio.h"
#include "string.h"
#include "unistd.h"

#define CTRL(letter) ((letter) - 'A' + 1)

// How far a line scrolls when the cursor leaves the screen.
#define SCROLL 16

struct Editor
{
  const char* prompt;
  char* text;
  size_t length;
  size_t cursor;        // position in text
  size_t first_shown;   // position in text of the first character on the screen
  size_t room;          // characters that fit behind the prompt
  size_t age;           // of the recalled line on the screen; 0: the line being written
  char draft[MAX_LINE]; // that line, while a recalled one is on the screen
};

static void repeat(char c, size_t count)
{
  char run[81];
  memset(run, c, sizeof(run));
  while (count > 0)
  {
    size_t piece = count < sizeof(run) ? count : sizeof(run);
    write(STDOUT_FILENO, run, piece);
    count -= piece;
  }
}

static void redraw(struct Editor* editor)
{
  if (editor->cursor < editor->first_shown)
    editor->first_shown = editor->cursor;
  if (editor->cursor > editor->first_shown + editor->room)
    editor->first_shown = editor->cursor - editor->room + SCROLL;
  size_t shown = editor->length - editor->first_shown;
  if (shown > editor->room)
    shown = editor->room;
  printf("\r%s%.*s\x1b[K", editor->prompt, (int)shown, editor->text + editor->first_shown);
  repeat('\b', editor->first_shown + shown - editor->cursor);
}

static void replaceLine(struct Editor* editor, const char* text)
{
  editor->length = strlcpy(editor->text, text, MAX_LINE);
  editor->cursor = editor->length;
  redraw(editor);
}

static void insertCharacter(struct Editor* editor, char c)
{
  if (editor->length + 1 == MAX_LINE)
    return;
  memmove(editor->text + editor->cursor + 1, editor->text + editor->cursor, editor->length - editor->cursor + 1);
  editor->text[editor->cursor++] = c;
  ++editor->length;
  // The usual case, typing at the end, is echoed as plain text.
  if (editor->cursor == editor->length && editor->cursor <= editor->first_shown + editor->room)
    write(STDOUT_FILENO, &c, 1);
  else
    redraw(editor);
}

// Removes the characters in [from, to).
static void removeCharacters(struct Editor* editor, size_t from, size_t to)
{
  memmove(editor->text + from, editor->text + to, editor->length - to + 1);
  editor->length -= to - from;
  editor->cursor = from;
  redraw(editor);
}

static void moveCursor(struct Editor* editor, size_t position)
{
  editor->cursor = position;
  redraw(editor);
}

static size_t startOfWord(const struct Editor* editor)
{
  size_t start = editor->cursor;
  while (start > 0 && editor->text[start - 1] == ' ')
    --start;
  while (start > 0 && editor->text[start - 1] != ' ')
    --start;
  return start;
}

static void recall(struct Editor* editor, size_t age)
{
  const char* line = age == 0 ? editor->draft : recallLine(age);
  if (!line)
    return;
  if (editor->age == 0)
    strlcpy(editor->draft, editor->text, MAX_LINE);
  editor->age = age;
  replaceLine(editor, line);
}

// ---- Tab

static size_t lengthOfCommonStart(const struct Candidates* candidates)
{
  const char* first = candidates->names;
  size_t common = strlen(first);
  const char* name = first;
  for (size_t i = 1; i < candidates->count; ++i)
  {
    name += strlen(name) + 1;
    size_t same = 0;
    while (same < common && name[same] == first[same])
      ++same;
    common = same;
  }
  return common;
}

// Prints the candidates in columns and starts a new line.
static void listCandidates(const struct Candidates* candidates)
{
  size_t widest = 0;
  const char* name = candidates->names;
  for (size_t i = 0; i < candidates->count; ++i, name += strlen(name) + 1)
    widest = strlen(name) > widest ? strlen(name) : widest;

  size_t columns = (size_t)terminal_width() / (widest + 2);
  putchar('\n');
  name = candidates->names;
  for (size_t i = 1; i <= candidates->count; ++i, name += strlen(name) + 1)
  {
    int last_in_row = columns == 0 || i % columns == 0 || i == candidates->count;
    if (last_in_row)
      printf("%s\n", name);
    else
      printf("%-*s", (int)widest + 2, name);
  }
}

static void insertText(struct Editor* editor, const char* text, size_t length)
{
  for (size_t i = 0; i < length; ++i)
    insertCharacter(editor, text[i]);
}

static void complete(struct Editor* editor)
{
  size_t start = editor->cursor;
  while (start > 0 && editor->text[start - 1] != ' ')
    --start;
  int is_first_word = strspn(editor->text, " ") >= start;
  char word[MAX_LINE];
  strlcpy(word, editor->text + start, editor->cursor - start + 1);
  const char* slash = strrchr(word, '/');
  size_t typed = strlen(slash ? slash + 1 : word);

  static struct Candidates candidates;
  collectCandidates(&candidates, word, is_first_word);
  if (candidates.count == 0)
    return;
  size_t common = lengthOfCommonStart(&candidates);
  if (common > typed)
    insertText(editor, candidates.names + typed, common - typed);
  if (candidates.count == 1)
  {
    strlcat(word, candidates.names + typed, sizeof(word));
    insertCharacter(editor, !is_first_word && isDirectory(word) ? '/' : ' ');
  }
  else if (common == typed)
  {
    listCandidates(&candidates);
    redraw(editor);
  }
}

// ---- keys

// Handles any key but those that end the line.
static void handleKey(struct Editor* editor, int key)
{
  switch (key)
  {
  case '\t':
    complete(editor);
    break;
  case '\b':
    if (editor->cursor > 0)
      removeCharacters(editor, editor->cursor - 1, editor->cursor);
    break;
  case key_delete:
  case CTRL('D'):
    if (editor->cursor < editor->length)
      removeCharacters(editor, editor->cursor, editor->cursor + 1);
    break;
  case key_left:
  case CTRL('B'):
    if (editor->cursor > 0)
      moveCursor(editor, editor->cursor - 1);
    break;
  case key_right:
  case CTRL('F'):
    if (editor->cursor < editor->length)
      moveCursor(editor, editor->cursor + 1);
    break;
  case key_home:
  case CTRL('A'):
    moveCursor(editor, 0);
    break;
  case key_end:
  case CTRL('E'):
    moveCursor(editor, editor->length);
    break;
  case key_up:
  case CTRL('P'):
    recall(editor, editor->age + 1);
    break;
  case key_down:
  case CTRL('N'):
    if (editor->age > 0)
      recall(editor, editor->age - 1);
    else
      replaceLine(editor, "");
    break;
  case CTRL('K'):
    removeCharacters(editor, editor->cursor, editor->length);
    break;
  case CTRL('U'):
    removeCharacters(editor, 0, editor->cursor);
    break;
  case CTRL('W'):
    removeCharacters(editor, startOfWord(editor), editor->cursor);
    break;
  case CTRL('L'):
    clear_screen();
    redraw(editor);
    break;
  default:
    if (isprint(key))
      insertCharacter(editor, (char)key);
    break;
  }
}

int editLine(const char* prompt, char line[MAX_LINE])
{
  struct Editor editor = {.prompt = prompt, .text = line};
  size_t taken = strlen(prompt) + 1; // the last column stays free, so that the cursor never wraps
  size_t width = (size_t)terminal_width();
  editor.room = width > taken + 2 * SCROLL ? width - taken : 2 * SCROLL;
  line[0] = '\0';
  printf("%s", prompt);

  for (;;)
  {
    int key = read_key();
    if (key < 0 || (key == CTRL('D') && editor.length == 0))
    {
      putchar('\n');
      return 0;
    }
    if (key == CTRL('C'))
    {
      printf("^C\n");
      line[0] = '\0';
      return 1;
    }
    if (key == '\n')
    {
      putchar('\n');
      return 1;
    }
    handleKey(&editor, key);
  }
}
