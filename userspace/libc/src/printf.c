#include "errno.h"
#include "format.h"
#include "stdio.h"
#include "string.h"
#include "unistd.h"

// Gathers pieces and writes them to a descriptor when full.
struct FileOutput
{
  struct FormatOutput base;
  int fd;
  size_t used;
  int failed; // a part was not written
  char buffer[256];
};

static void flushFile(struct FileOutput* file)
{
  for (size_t done = 0; done < file->used;)
  {
    ssize_t written = write(file->fd, file->buffer + done, file->used - done);
    if (written == 0)
      errno = ENOSPC;
    if (written <= 0)
    {
      file->failed = 1;
      break;
    }
    done += (size_t)written;
  }
  file->used = 0;
}

static void writeToFile(struct FormatOutput* output, const char* text, size_t length)
{
  struct FileOutput* file = (struct FileOutput*)output;
  while (length > 0)
  {
    if (file->used == sizeof(file->buffer))
      flushFile(file);
    size_t room = sizeof(file->buffer) - file->used;
    size_t piece = length < room ? length : room;
    memcpy(file->buffer + file->used, text, piece);
    file->used += piece;
    text += piece;
    length -= piece;
  }
}

// Fills a caller's buffer and drops what does not fit.
struct BufferOutput
{
  struct FormatOutput base;
  char* buffer;
  size_t room; // without the terminating zero
};

static void writeToBuffer(struct FormatOutput* output, const char* text, size_t length)
{
  struct BufferOutput* target = (struct BufferOutput*)output;
  size_t piece = length < target->room ? length : target->room;
  memcpy(target->buffer, text, piece);
  target->buffer += piece;
  target->room -= piece;
}

int vdprintf(int fd, const char* format, va_list arguments)
{
  struct FileOutput file;
  file.base.write = writeToFile;
  file.fd = fd;
  file.used = 0;
  file.failed = 0;
  int length = __format(&file.base, format, arguments);
  flushFile(&file);
  return file.failed ? -1 : length;
}

int vsnprintf(char* buffer, size_t size, const char* format, va_list arguments)
{
  struct BufferOutput target = {{writeToBuffer}, buffer, size > 0 ? size - 1 : 0};
  int length = __format(&target.base, format, arguments);
  if (size > 0)
    *target.buffer = '\0';
  return length;
}

int vprintf(const char* format, va_list arguments) { return vdprintf(STDOUT_FILENO, format, arguments); }

int printf(const char* format, ...)
{
  va_list arguments;
  va_start(arguments, format);
  int length = vprintf(format, arguments);
  va_end(arguments);
  return length;
}

int dprintf(int fd, const char* format, ...)
{
  va_list arguments;
  va_start(arguments, format);
  int length = vdprintf(fd, format, arguments);
  va_end(arguments);
  return length;
}

int snprintf(char* buffer, size_t size, const char* format, ...)
{
  va_list arguments;
  va_start(arguments, format);
  int length = vsnprintf(buffer, size, format, arguments);
  va_end(arguments);
  return length;
}

int sprintf(char* buffer, const char* format, ...)
{
  va_list arguments;
  va_start(arguments, format);
  int length = vsnprintf(buffer, (size_t)__INT_MAX__, format, arguments);
  va_end(arguments);
  return length;
}

int putchar(int c)
{
  unsigned char byte = (unsigned char)c;
  return write(STDOUT_FILENO, &byte, 1) == 1 ? byte : EOF;
}

int puts(const char* text) { return printf("%s\n", text); }

void perror(const char* what) { printf("%s: %s\n", what, strerror(errno)); }
