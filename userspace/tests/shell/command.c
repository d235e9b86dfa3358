#include "shell.h"

#include "string.h"

enum TokenKind
{
  TOKEN_END,
  TOKEN_WORD,
  TOKEN_OUTPUT,     // >
  TOKEN_APPEND,     // >>
  TOKEN_BACKGROUND, // &
  TOKEN_SEPARATOR,  // ;
  TOKEN_OPEN_QUOTE, // a quote without its partner
};

// Takes the next token off `*line`. A word's text goes to `*target`, which moves behind its zero.
static enum TokenKind nextToken(const char** line, char** target)
{
  const char* at = *line + strspn(*line, " \t");
  *line = at + 1;
  switch (*at)
  {
  case '\0':
    *line = at;
    return TOKEN_END;
  case '&':
    return TOKEN_BACKGROUND;
  case ';':
    return TOKEN_SEPARATOR;
  case '>':
    if (at[1] != '>')
      return TOKEN_OUTPUT;
    *line = at + 2;
    return TOKEN_APPEND;
  default:
    break;
  }

  char* to = *target;
  char quote = '\0';
  for (; *at != '\0' && (quote || !strchr(" \t&;>", *at)); ++at)
  {
    if (quote && *at == quote)
      quote = '\0';
    else if (!quote && (*at == '"' || *at == '\''))
      quote = *at;
    else
      *to++ = *at;
  }
  *to++ = '\0';
  *line = at;
  *target = to;
  return quote ? TOKEN_OPEN_QUOTE : TOKEN_WORD;
}

const char* parseCommand(const char** line, struct Command* command)
{
  command->word_count = 0;
  command->background = 0;
  command->output = 0;
  char* target = command->text;
  int expect_output = 0;
  for (;;)
  {
    char* word = target;
    enum TokenKind kind = nextToken(line, &target);
    if (kind == TOKEN_OPEN_QUOTE)
      return "a quote is not closed";
    if (expect_output && kind != TOKEN_WORD)
      return "the name of a file is missing behind `>'";
    if (kind == TOKEN_END || kind == TOKEN_SEPARATOR)
      break;
    if (command->background)
      return "`&' has to be the last thing in a command";

    if (kind == TOKEN_BACKGROUND)
      command->background = 1;
    else if (kind != TOKEN_WORD)
    {
      expect_output = 1;
      command->append = kind == TOKEN_APPEND;
    }
    else if (expect_output)
    {
      command->output = word;
      expect_output = 0;
    }
    else if (command->word_count == MAX_WORDS)
      return "too many arguments";
    else
      command->words[command->word_count++] = word;
  }
  command->words[command->word_count] = 0;
  return 0;
}
