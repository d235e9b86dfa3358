#include "definition.h"

#include "errno.h"
#include "fcntl.h"
#include "stdio.h"
#include "string.h"
#include "unistd.h"

#define GUESTS "/usr/guests/"
#define SUFFIX ".vm"

enum
{
  PATH_SIZE = 256, // as much as the hypervisor takes
};

static int endsWith(const char* text, const char* end)
{
  size_t length = strlen(text);
  return length >= strlen(end) && strcmp(text + length - strlen(end), end) == 0;
}

// `path` without its directory and its suffix.
static void setName(struct Definition* definition, const char* path)
{
  const char* slash = strrchr(path, '/');
  strlcpy(definition->name, slash ? slash + 1 : path, sizeof(definition->name));
  char* dot = strrchr(definition->name, '.');
  if (dot && dot != definition->name)
    *dot = '\0';
}

static int fail(const char* path)
{
  printf("vmrun: %s: %s\n", path, strerror(errno));
  return 0;
}

static int setDirectory(struct Definition* definition, const char* path)
{
  const char* slash = strrchr(path, '/');
  size_t length = slash ? (size_t)(slash - path) + 1 : 0;
  if (length >= sizeof(definition->directory))
  {
    printf("vmrun: the path %s is too long\n", path);
    return 0;
  }
  memcpy(definition->directory, path, length);
  definition->directory[length] = '\0';
  return 1;
}

static int appendLine(char text[MAX_DEFINITION], size_t* length, const char* key, const char* value)
{
  size_t room = MAX_DEFINITION - *length;
  int added = snprintf(text + *length, room, "%s = %s\n", key, value);
  if ((size_t)added >= room)
  {
    printf("vmrun: the definition is too long\n");
    return 0;
  }
  *length += (size_t)added;
  return 1;
}

static int readText(struct Definition* definition, int fd, const char* path)
{
  ssize_t length = read(fd, definition->text, MAX_DEFINITION);
  if (length < 0)
    return fail(path);
  if (length == MAX_DEFINITION)
  {
    printf("vmrun: %s is too long for a definition\n", path);
    return 0;
  }
  definition->length = (size_t)length;
  return 1;
}

static int readDefinitionFile(struct Definition* definition, const char* path)
{
  int fd = open(path, O_RDONLY);
  if (fd < 0)
    return fail(path);
  int done = readText(definition, fd, path);
  close(fd);
  return done && setDirectory(definition, path);
}

static int exists(const char* path)
{
  int fd = open(path, O_RDONLY);
  if (fd < 0)
    return 0;
  close(fd);
  return 1;
}

int readDefinition(struct Definition* definition, const char* guest)
{
  definition->length = 0;
  definition->directory[0] = '\0';
  setName(definition, guest);
  if (endsWith(guest, SUFFIX) && (strchr(guest, '/') || exists(guest)))
    return readDefinitionFile(definition, guest);

  char path[256];
  snprintf(path, sizeof(path), GUESTS "%s%s", guest, endsWith(guest, SUFFIX) ? "" : SUFFIX);
  if (!strchr(guest, '/') && exists(path))
    return readDefinitionFile(definition, path);
  if (strchr(guest, '/') && !exists(guest))
    return fail(guest);
  if (strchr(guest, '/') || exists(guest))
    return appendLine(definition->text, &definition->length, "kernel", guest);

  printf("vmrun: there is neither a guest %s nor a file %s; `ls /usr/guests' shows what there is\n", path, guest);
  return 0;
}

static int isDevice(const char* name)
{
  char path[PATH_SIZE];
  const char* comma = strchr(name, ',');
  int length = comma ? (int)(comma - name) : (int)strlen(name);
  snprintf(path, sizeof(path), "/dev/%.*s", length, name);
  return !strchr(name, '/') && exists(path);
}

// Whether a value is to be looked for where the user is, and not where the definition lies.
static int isRelativePath(const char* key, const char* value)
{
  if (value[0] == '/' || value[0] == '\0')
    return 0;
  if (strcmp(key, "disk") == 0)
    return !isDevice(value);
  return strcmp(key, "kernel") == 0 || strcmp(key, "module") == 0 || strcmp(key, "log") == 0;
}

static int appendOption(struct Definition* definition, const char* key, const char* value)
{
  char path[PATH_SIZE];
  if (definition->directory[0] == '\0' || !isRelativePath(key, value))
    return appendLine(definition->options, &definition->options_length, key, value);
  if (!getcwd(path, sizeof(path)))
    return fail(".");
  size_t length = strlen(path);
  int added = snprintf(path + length, sizeof(path) - length, "%s%s", path[length - 1] == '/' ? "" : "/", value);
  if ((size_t)added >= sizeof(path) - length)
  {
    printf("vmrun: the path of --%s %s is too long\n", key, value);
    return 0;
  }
  return appendLine(definition->options, &definition->options_length, key, path);
}

int appendOptions(struct Definition* definition, const struct Options* options)
{
  for (int i = 0; i < options->setting_count; ++i)
  {
    if (!appendOption(definition, options->settings[i].key, options->settings[i].value))
      return 0;
  }
  return 1;
}

int enterDirectory(const struct Definition* definition)
{
  if (definition->directory[0] == '\0' || chdir(definition->directory) == 0)
    return 1;
  return fail(definition->directory);
}
