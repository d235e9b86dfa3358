#include "UserMemory.h"

#include "ArchMemory.h"
#include "ArchThreads.h"
#include "Loader.h"
#include "Thread.h"
#include "errno.h"
#include "kstring.h"

namespace
{
/// What of [address, address + size) lies in the page of `address`.
size_t sizeInPage(pointer address, size_t size)
{
  const size_t rest = PAGE_SIZE - address % PAGE_SIZE;
  return size < rest ? size : rest;
}

int64 access(pointer address, Loader::Access kind, uint8*& view)
{
  Loader* loader = currentThread->loader_;
  return loader != nullptr ? loader->accessPage(address, kind, view) : -EFAULT;
}
} // namespace

bool UserMemory::isUserRange(pointer address, size_t size)
{
  return address <= USER_BREAK && size <= USER_BREAK - address;
}

int64 UserMemory::copyIn(void* destination, pointer user_source, size_t size)
{
  if (!isUserRange(user_source, size))
    return -EFAULT;
  auto* to = static_cast<uint8*>(destination);
  while (size > 0)
  {
    uint8* from = nullptr;
    if (const int64 error = access(user_source, Loader::Access::READ, from); error != 0)
      return error;
    const size_t piece = sizeInPage(user_source, size);
    memcpy(to, from, piece);
    to += piece;
    user_source += piece;
    size -= piece;
  }
  return 0;
}

int64 UserMemory::copyOut(pointer user_destination, const void* source, size_t size)
{
  if (!isUserRange(user_destination, size))
    return -EFAULT;
  auto* from = static_cast<const uint8*>(source);
  while (size > 0)
  {
    uint8* to = nullptr;
    if (const int64 error = access(user_destination, Loader::Access::WRITE, to); error != 0)
      return error;
    const size_t piece = sizeInPage(user_destination, size);
    memcpy(to, from, piece);
    from += piece;
    user_destination += piece;
    size -= piece;
  }
  return 0;
}

ssize_t UserMemory::copyString(char* destination, size_t size, pointer user_source)
{
  destination[0] = '\0';
  size_t length = 0;
  while (length < size)
  {
    uint8* from = nullptr;
    if (const int64 error = access(user_source + length, Loader::Access::READ, from); error != 0)
    {
      destination[0] = '\0';
      return error;
    }
    const size_t piece = sizeInPage(user_source + length, size - length);
    for (size_t i = 0; i < piece; ++i)
    {
      destination[length + i] = static_cast<char>(from[i]);
      if (from[i] == 0)
        return static_cast<ssize_t>(length + i);
    }
    length += piece;
  }
  destination[0] = '\0';
  return -ENAMETOOLONG;
}
