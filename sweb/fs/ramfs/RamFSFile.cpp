#include "RamFSFile.h"
#include "ScopeLock.h"
#include "errno.h"
#include "kstring.h"

namespace
{
/// Blocks that a table of chunks takes.
constexpr size_t tableBlocks(size_t entries)
{
  return entries * sizeof(char*) / RamFSFile::CHUNK_SIZE;
}
} // namespace

RamFSFile::~RamFSFile()
{
  ScopeLock guard(lock());
  freeChunksFrom(0);
}

uint64 RamFSFile::getSize()
{
  ScopeLock guard(lock());
  return size_;
}

ssize_t RamFSFile::readData(uint64 offset, size_t size, void* buffer)
{
  ScopeLock guard(lock());
  if (offset >= size_)
    return 0;
  size = ustl::min<uint64>(size, size_ - offset);
  char* to = static_cast<char*>(buffer);
  for (size_t done = 0; done < size;)
  {
    size_t index = (offset + done) / CHUNK_SIZE;
    size_t begin = (offset + done) % CHUNK_SIZE;
    size_t part = ustl::min(size - done, CHUNK_SIZE - begin);
    const char* chunk = index < chunks_.size() ? chunks_[index] : nullptr;
    if (chunk)
      memcpy(to + done, chunk + begin, part);
    else
      memset(to + done, 0, part);
    done += part;
  }
  return size;
}

ssize_t RamFSFile::writeData(uint64 offset, size_t size, const void* buffer)
{
  ScopeLock guard(lock());
  return write(offset, size, static_cast<const char*>(buffer));
}

ssize_t RamFSFile::appendData(size_t size, const void* buffer)
{
  ScopeLock guard(lock());
  return write(size_, size, static_cast<const char*>(buffer));
}

ssize_t RamFSFile::write(uint64 offset, size_t size, const char* buffer)
{
  if (offset >= MAX_SIZE)
    return -EFBIG;
  size = ustl::min<uint64>(size, MAX_SIZE - offset);
  size_t done = 0;
  while (done < size)
  {
    size_t begin = (offset + done) % CHUNK_SIZE;
    size_t part = ustl::min(size - done, CHUNK_SIZE - begin);
    char* chunk = chunkForWriting((offset + done) / CHUNK_SIZE);
    if (!chunk)
      break;
    memcpy(chunk + begin, buffer + done, part);
    done += part;
  }
  if (done == 0)
    return -ENOSPC;
  size_ = ustl::max(size_, offset + done);
  touch();
  return done;
}

int64 RamFSFile::truncate(uint64 size)
{
  ScopeLock guard(lock());
  if (size > MAX_SIZE)
    return -EFBIG;
  if (size < size_)
  {
    freeChunksFrom((size + CHUNK_SIZE - 1) / CHUNK_SIZE);
    size_t rest = size % CHUNK_SIZE;
    size_t last = size / CHUNK_SIZE;
    // What the file grows over later has to read as zeros.
    if (rest != 0 && last < chunks_.size() && chunks_[last])
      memset(chunks_[last] + rest, 0, CHUNK_SIZE - rest);
  }
  size_ = size;
  touch();
  return 0;
}

char* RamFSFile::chunkForWriting(size_t index)
{
  if (index >= chunks_.size())
  {
    if (!ramfs()->hasRoom(tableBlocks(index + 1) - tableBlocks(chunks_.size())))
      return nullptr;
    bool resized = chunks_.tryResize(index + 1);
    countTable();
    if (!resized)
      return nullptr;
  }
  if (!chunks_[index])
  {
    if (!ramfs()->hasRoom())
      return nullptr;
    chunks_[index] = new (std::nothrow) char[CHUNK_SIZE];
    if (!chunks_[index])
      return nullptr;
    memset(chunks_[index], 0, CHUNK_SIZE);
    ramfs()->countChunks(1);
  }
  return chunks_[index];
}

void RamFSFile::freeChunksFrom(size_t index)
{
  while (chunks_.size() > index)
  {
    if (chunks_.back())
      ramfs()->countChunks(-1);
    delete[] chunks_.back();
    chunks_.pop_back();
  }
  if (index == 0)
    chunks_ = ustl::vector<char*>();
  countTable();
}

void RamFSFile::countTable()
{
  size_t blocks = tableBlocks(chunks_.capacity());
  ramfs()->countChunks(static_cast<int64>(blocks) - static_cast<int64>(table_blocks_));
  table_blocks_ = blocks;
}
