#include "ProgramArguments.h"

#include "UserMemory.h"
#include "errno.h"
#include "kstring.h"

int64 ProgramArguments::add(const char* argument)
{
  const size_t size = strlen(argument) + 1;
  if (count_ == MAX_COUNT || size > MAX_BYTES - bytes_)
    return -E2BIG;
  memcpy(text_ + bytes_, argument, size);
  bytes_ += size;
  ++count_;
  return 0;
}

int64 ProgramArguments::addFromUser(pointer user_argv)
{
  for (;; user_argv += sizeof(pointer))
  {
    pointer user_argument = 0;
    if (const int64 error = UserMemory::copyIn(&user_argument, user_argv, sizeof(user_argument)); error != 0)
      return error;
    if (user_argument == 0)
      return 0;
    if (count_ == MAX_COUNT || bytes_ == MAX_BYTES)
      return -E2BIG;

    const ssize_t length = UserMemory::copyString(text_ + bytes_, MAX_BYTES - bytes_, user_argument);
    if (length < 0)
      return length == -ENAMETOOLONG ? -E2BIG : length;
    bytes_ += static_cast<size_t>(length) + 1;
    ++count_;
  }
}
