#include "options.h"

#include "stdio.h"
#include "string.h"

// Options with a value, and the keys of the definition they stand for.
static const char* const keys[] = {"memory",  "kernel", "format", "cmdline",     "module",  "disk",
                                   "console", "name",   "log",    "triplefault", "barriers"};

static const char* keyOf(const char* option)
{
  for (unsigned i = 0; i < sizeof(keys) / sizeof(keys[0]); ++i)
  {
    if (strcmp(option, keys[i]) == 0)
      return keys[i];
  }
  return 0;
}

static int addSetting(struct Options* options, const char* key, const char* value)
{
  if (options->setting_count == MAX_SETTINGS)
  {
    printf("vmrun: too many options\n");
    return 0;
  }
  if (strchr(value, '\n'))
  {
    printf("vmrun: the value of --%s has more than one line\n", key);
    return 0;
  }
  options->settings[options->setting_count].key = key;
  options->settings[options->setting_count].value = value;
  ++options->setting_count;
  return 1;
}

int parseOptions(int argc, char* argv[], struct Options* options)
{
  memset(options, 0, sizeof(*options));
  for (int i = 1; i < argc; ++i)
  {
    const char* argument = argv[i];
    if (strcmp(argument, "--detach") == 0)
      options->detach = 1;
    else if (strcmp(argument, "--help") == 0)
      options->help = 1;
    else if (strncmp(argument, "--", 2) == 0)
    {
      const char* key = keyOf(argument + 2);
      if (!key)
      {
        printf("vmrun: there is no option %s\n", argument);
        return 0;
      }
      if (i + 1 == argc)
      {
        printf("vmrun: the value of %s is missing\n", argument);
        return 0;
      }
      if (!addSetting(options, key, argv[++i]))
        return 0;
    }
    else if (argument[0] == '-')
    {
      printf("vmrun: there is no option %s\n", argument);
      return 0;
    }
    else if (options->guest)
    {
      printf("vmrun: one guest at a time, not \"%s\" and \"%s\"\n", options->guest, argument);
      return 0;
    }
    else
      options->guest = argument;
  }
  if (options->guest || options->help)
    return 1;
  printf("vmrun: the name of a guest is missing\n");
  return 0;
}
