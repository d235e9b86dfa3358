#include "FileSyscall.h"

#include "ArchThreads.h"
#include "ScopeLock.h"
#include "Terminal.h"
#include "TransferBuffer.h"
#include "UserMemory.h"
#include "UserPath.h"
#include "UserProcess.h"
#include "VfsSyscall.h"
#include "errno.h"
#include "kprintf.h"
#include "kstring.h"
#include "syscall-definitions.h"

namespace
{
/// The flags of open are passed to the file system as they are.
constexpr bool same(uint32 kernel, int user)
{
  return static_cast<int>(kernel) == user;
}
static_assert(same(OpenFlags::RDONLY, open_rdonly) && same(OpenFlags::WRONLY, open_wronly) &&
              same(OpenFlags::RDWR, open_rdwr));
static_assert(same(OpenFlags::CREAT, open_creat) && same(OpenFlags::APPEND, open_append) &&
              same(OpenFlags::EXCL, open_excl));
static_assert(same(OpenFlags::NONBLOCK, open_nonblock) && same(OpenFlags::TRUNC, open_trunc) &&
              same(OpenFlags::SYNC, open_sync));

using PathOperation = int64 (*)(const char* path);

RefPtr<File> fileOf(size_t fd)
{
  return UserProcess::current()->descriptors().get(fd);
}

bool isTerminal(size_t fd)
{
  return fd == fd_stdin || fd == fd_stdout || fd == fd_stderr;
}

/// Results of the VFS are >= 0 on success, but calls without a value answer 0.
int64 zeroOrError(int64 result)
{
  return result < 0 ? result : 0;
}

int64 copyStatusOut(pointer user_status, const FileStat& stat)
{
  file_status status = {.size = stat.size,
                        .type = file_type_device,
                        .device = stat.device,
                        .inode = stat.inode_number,
                        .links = stat.links};
  if (stat.type == InodeType::FILE)
    status.type = file_type_regular;
  else if (stat.type == InodeType::DIRECTORY)
    status.type = file_type_directory;
  return UserMemory::copyOut(user_status, &status, sizeof(status));
}

int64 withPath(pointer user_path, PathOperation operation)
{
  const UserPath path(user_path);
  if (path.error() != 0)
    return path.error();
  return zeroOrError(operation(path.text()));
}

ssize_t readTerminal(pointer buffer, size_t size)
{
  char line[Terminal::LINE_SIZE];
  const ssize_t length = currentThread->getTerminal()->read(line, size < sizeof(line) ? size : sizeof(line));
  if (length <= 0)
    return length;
  const int64 error = UserMemory::copyOut(buffer, line, static_cast<size_t>(length));
  return error != 0 ? error : length;
}

ssize_t writeTerminal(pointer buffer, size_t size)
{
  char piece[256];
  for (size_t done = 0; done < size && !currentThread->isKillPending();)
  {
    const size_t length = size - done < sizeof(piece) ? size - done : sizeof(piece);
    if (const int64 error = UserMemory::copyIn(piece, buffer + done, length); error != 0)
      return done > 0 ? static_cast<ssize_t>(done) : error;
    currentThread->getTerminal()->write(piece, length);
    done += length;
  }
  return static_cast<ssize_t>(size);
}
} // namespace

ssize_t FileSyscall::read(size_t fd, pointer buffer, size_t size)
{
  if (!UserMemory::isUserRange(buffer, size))
    return -EFAULT;
  if (fd == fd_stdin)
    return readTerminal(buffer, size);
  const RefPtr<File> file = fileOf(fd);
  if (!file)
    return -EBADF;

  TransferBuffer transfer(size);
  if (!transfer.isValid())
    return -ENOMEM;
  size_t done = 0;
  while (done < size && !currentThread->isKillPending())
  {
    const size_t wanted = size - done < transfer.size() ? size - done : transfer.size();
    const ssize_t length = file->read(transfer.data(), wanted);
    if (length < 0)
      return done > 0 ? static_cast<ssize_t>(done) : length;
    if (const int64 error = UserMemory::copyOut(buffer + done, transfer.data(), static_cast<size_t>(length));
        error != 0)
    {
      (void)file->lseek(-length, SeekOrigin::CURRENT); // what did not arrive is still to be read
      return done > 0 ? static_cast<ssize_t>(done) : error;
    }
    done += static_cast<size_t>(length);
    if (static_cast<size_t>(length) < wanted)
      break;
  }
  return static_cast<ssize_t>(done);
}

ssize_t FileSyscall::write(size_t fd, pointer buffer, size_t size)
{
  if (!UserMemory::isUserRange(buffer, size))
    return -EFAULT;
  if (fd == fd_stdout || fd == fd_stderr)
    return writeTerminal(buffer, size);
  const RefPtr<File> file = fileOf(fd);
  if (!file)
    return -EBADF;

  TransferBuffer transfer(size);
  if (!transfer.isValid())
    return -ENOMEM;
  size_t done = 0;
  while (done < size && !currentThread->isKillPending())
  {
    const size_t wanted = size - done < transfer.size() ? size - done : transfer.size();
    ssize_t length = UserMemory::copyIn(transfer.data(), buffer + done, wanted);
    if (length == 0)
      length = file->write(transfer.data(), wanted);
    if (length < 0)
      return done > 0 ? static_cast<ssize_t>(done) : length;
    done += static_cast<size_t>(length);
    if (static_cast<size_t>(length) < wanted)
      break;
  }
  return static_cast<ssize_t>(done);
}

int64 FileSyscall::open(pointer user_path, size_t flags)
{
  constexpr size_t KNOWN_FLAGS = 0x1ff;
  if ((flags & ~KNOWN_FLAGS) != 0)
    return -EINVAL;
  const UserPath path(user_path);
  if (path.error() != 0)
    return path.error();

  RefPtr<File> file;
  if (const int64 error = VfsSyscall::openFile(path.text(), static_cast<uint32>(flags), file); error < 0)
    return error;
  return UserProcess::current()->descriptors().add(file);
}

int64 FileSyscall::close(size_t fd)
{
  const RefPtr<File> file = UserProcess::current()->descriptors().remove(fd);
  return file ? file->flushChanges() : -EBADF;
}

int64 FileSyscall::lseek(size_t fd, l_off_t offset, size_t origin)
{
  if (isTerminal(fd))
    return -ESPIPE;
  if (origin > static_cast<size_t>(SeekOrigin::END))
    return -EINVAL;
  const RefPtr<File> file = fileOf(fd);
  return file ? file->lseek(offset, static_cast<SeekOrigin>(origin)) : -EBADF;
}

int64 FileSyscall::ftruncate(size_t fd, int64 size)
{
  if (isTerminal(fd) || size < 0)
    return -EINVAL;
  const RefPtr<File> file = fileOf(fd);
  return file ? zeroOrError(file->truncate(static_cast<uint64>(size))) : -EBADF;
}

int64 FileSyscall::stat(pointer user_path, pointer user_status)
{
  const UserPath path(user_path);
  if (path.error() != 0)
    return path.error();
  FileStat stat;
  const int64 error = VfsSyscall::stat(path.text(), stat);
  return error < 0 ? error : copyStatusOut(user_status, stat);
}

int64 FileSyscall::fstat(size_t fd, pointer user_status)
{
  FileStat stat;
  stat.type = InodeType::CHARACTER_DEVICE;
  if (!isTerminal(fd))
  {
    const RefPtr<File> file = fileOf(fd);
    if (!file)
      return -EBADF;
    if (const int64 error = file->stat(stat); error < 0)
      return error;
  }
  return copyStatusOut(user_status, stat);
}

int64 FileSyscall::ioctl(size_t fd, size_t request)
{
  if (!isTerminal(fd))
    return fileOf(fd) ? -ENOTTY : -EBADF;
  Terminal* terminal = currentThread->getTerminal();
  switch (request)
  {
  case terminal_read_key:
    return terminal->readKey();
  case terminal_clear:
    terminal->clear();
    return 0;
  case terminal_columns:
    return screen::COLUMNS;
  case terminal_rows:
    return screen::ROWS;
  case terminal_column:
    return terminal->cursorColumn();
  default:
    return -EINVAL;
  }
}

int64 FileSyscall::unlink(pointer path)
{
  return withPath(path, [](const char* text) { return VfsSyscall::rm(text); });
}

int64 FileSyscall::mkdir(pointer path)
{
  return withPath(path, [](const char* text) { return VfsSyscall::mkdir(text); });
}

int64 FileSyscall::rmdir(pointer path)
{
  return withPath(path, [](const char* text) { return VfsSyscall::rmdir(text); });
}

int64 FileSyscall::chdir(pointer path)
{
  return withPath(path, [](const char* text) { return VfsSyscall::chdir(text); });
}

int64 FileSyscall::rename(pointer user_from, pointer user_to)
{
  const UserPath from(user_from);
  const UserPath to(user_to);
  if (from.error() != 0)
    return from.error();
  if (to.error() != 0)
    return to.error();
  return zeroOrError(VfsSyscall::rename(from.text(), to.text()));
}

int64 FileSyscall::getcwd(pointer buffer, size_t size)
{
  const ustl::string path = VfsSyscall::getcwd();
  if (path.empty())
    return -ENAMETOOLONG;
  if (path.size() >= size)
    return -ERANGE;
  const int64 error = UserMemory::copyOut(buffer, path.c_str(), path.size() + 1);
  return error != 0 ? error : static_cast<int64>(path.size());
}

int64 FileSyscall::pseudols(pointer user_path, pointer buffer, size_t size)
{
  const UserPath path(user_path);
  if (path.error() != 0)
    return path.error();
  ustl::vector<DirectoryEntry> entries;
  if (const int64 error = VfsSyscall::readdir(path.text(), entries); error < 0)
    return error;

  constexpr size_t MARK = 4; // "[D] "
  size_t largest = 0;
  for (const DirectoryEntry& entry : entries)
    largest += MARK + entry.name.size() + 1;
  ustl::string text;
  if (!text.tryReserve(largest))
    return -ENOMEM;
  for (const DirectoryEntry& entry : entries)
  {
    if (entry.name == "." || entry.name == "..")
      continue;
    if (buffer == 0)
      text += entry.type == InodeType::DIRECTORY ? "[D] " : "[F] ";
    // Only whole names: a program must not take half of one for a file.
    else if (text.size() + entry.name.size() + 2 > size)
      break;
    text += entry.name;
    text += '\n';
  }
  if (buffer == 0)
  {
    currentThread->getTerminal()->write(text.c_str(), text.size());
    return 0;
  }
  if (size == 0)
    return -EINVAL;
  const int64 error = UserMemory::copyOut(buffer, text.c_str(), text.size() + 1);
  return error != 0 ? error : static_cast<int64>(text.size());
}

int64 FileSyscall::sync()
{
  return zeroOrError(VfsSyscall::sync());
}

int64 FileSyscall::mount(pointer user_device, pointer user_directory, size_t flags)
{
  if ((flags & ~static_cast<size_t>(mount_read_only)) != 0)
    return -EINVAL;
  const UserPath device(user_device);
  const UserPath directory(user_directory);
  if (device.error() != 0)
    return device.error();
  if (directory.error() != 0)
    return directory.error();
  return zeroOrError(VfsSyscall::mount(device.text(), directory.text(), "minixfs", (flags & mount_read_only) != 0));
}

int64 FileSyscall::umount(pointer directory)
{
  return withPath(directory, [](const char* text) { return VfsSyscall::umount(text); });
}
