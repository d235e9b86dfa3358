#include "Loader.h"

#include "PageManager.h"
#include "ProgramArguments.h"
#include "ScopeLock.h"
#include "debug.h"
#include "errno.h"
#include "kstring.h"
#include "uvector.h"

namespace
{
constexpr pointer pageOf(pointer address)
{
  return address & ~(PAGE_SIZE - 1);
}

/// Reads exactly `size` bytes. A shorter file is an error: it shrank since its headers were checked.
int64 readFully(File& file, uint64 position, void* buffer, size_t size)
{
  auto* bytes = static_cast<uint8*>(buffer);
  for (size_t done = 0; done < size;)
  {
    const ssize_t result = file.readAt(position + done, bytes + done, size - done);
    if (result < 0)
      return result;
    if (result == 0)
      return -EIO;
    done += static_cast<size_t>(result);
  }
  return 0;
}
} // namespace

Loader::Loader(RefPtr<File> file) : file_(ustl::move(file)), load_lock_("Loader::load_lock_") {}

int64 Loader::loadExecutable()
{
  if (!arch_memory_.isValid())
    return -ENOMEM;

  const uint64 file_size = file_->getSize();
  Elf::Header header;
  if (file_size < sizeof(header))
    return -ENOEXEC;
  if (const int64 error = readFully(*file_, 0, &header, sizeof(header)); error != 0)
    return error;
  if (const int64 error = ElfImage::checkHeader(header, file_size); error != 0)
  {
    debug(LOADER, "not an x86-64 ELF executable\n");
    return error;
  }

  ustl::vector<Elf::ProgramHeader> headers(header.e_phnum);
  const size_t table_size = header.e_phnum * sizeof(Elf::ProgramHeader);
  if (const int64 error = readFully(*file_, header.e_phoff, headers.data(), table_size); error != 0)
    return error;
  const int64 error = image_.build(header, headers.data(), file_size, STACK_START);
  if (error != 0)
    debug(LOADER, "the program %s\n", image_.problem());
  return error;
}

int64 Loader::buildStack(const ProgramArguments& arguments, pointer& stack_pointer)
{
  // From the top: the strings, then the array argv[0] ... argv[argc - 1], 0, then argc, where rsp points. The System V
  // ABI ("Initial Stack and Register State") wants rsp to be a multiple of 16.
  constexpr size_t LARGEST = ProgramArguments::MAX_BYTES + (ProgramArguments::MAX_COUNT + 2) * sizeof(uint64);
  static_assert(LARGEST + 16 <= PAGE_SIZE, "everything must fit into the first stack page");

  const pointer strings = USER_BREAK - arguments.bytes();
  const size_t words = arguments.count() + 2;
  stack_pointer = (strings - words * sizeof(uint64)) & ~15UL;

  uint8* page = nullptr;
  if (const int64 error = accessPage(pageOf(stack_pointer), Access::WRITE, page); error != 0)
    return error;
  memcpy(page + strings % PAGE_SIZE, arguments.text(), arguments.bytes());

  auto* word = reinterpret_cast<uint64*>(page + stack_pointer % PAGE_SIZE);
  *word++ = arguments.count();
  size_t offset = 0;
  for (size_t i = 0; i < arguments.count(); ++i)
  {
    *word++ = strings + offset;
    offset += strlen(arguments.text() + offset) + 1;
  }
  *word = 0;
  return 0;
}

bool Loader::permits(const PageRights& rights, Access access)
{
  switch (access)
  {
  case Access::READ:
    return true;
  case Access::WRITE:
    return rights.writable;
  case Access::EXECUTE:
    return rights.executable;
  }
  return false;
}

int64 Loader::loadPage(pointer address, Access access)
{
  if (address >= USER_BREAK)
    return -EFAULT;
  ScopeLock lock(load_lock_);

  const pointer page = pageOf(address);
  const ArchMemoryMapping mapping = arch_memory_.resolveMapping(page / PAGE_SIZE);
  if (mapping.entry != nullptr)
  {
    const PageRights rights{mapping.entry->writable != 0, mapping.entry->execution_disabled == 0};
    return permits(rights, access) ? 0 : -EFAULT;
  }
  return page >= STACK_START ? loadStackPage(page, access) : loadSegmentPage(page, access);
}

int64 Loader::accessPage(pointer address, Access access, uint8*& kernel_view)
{
  if (const int64 error = loadPage(address, access); error != 0)
    return error;
  kernel_view = reinterpret_cast<uint8*>(arch_memory_.checkAddressValid(address));
  return 0;
}

ppn_t Loader::allocateFrame()
{
  PageManager* pages = PageManager::instance();
  return pages->getNumAvailablePages() > PAGES_KEPT_FOR_KERNEL ? pages->allocPPN() : 0;
}

int64 Loader::loadStackPage(pointer page, Access access)
{
  if (!permits(READ_WRITE, access))
    return -EFAULT;
  const ppn_t frame = allocateFrame();
  return frame != 0 ? mapFresh(page, frame, READ_WRITE) : -ENOMEM;
}

int64 Loader::loadSegmentPage(pointer page, Access access)
{
  const ElfSegment* segment = image_.segmentOfPage(page);
  if (segment == nullptr)
    return -EFAULT;
  const PageRights rights{segment->writable, segment->executable};
  if (!permits(rights, access))
    return -EFAULT;

  const ppn_t frame = allocateFrame();
  if (frame == 0)
    return -ENOMEM;
  auto* content = reinterpret_cast<uint8*>(ArchMemory::getIdentAddressOfPPN(frame));
  if (const int64 error = fillFromFile(*segment, page, content); error != 0)
  {
    PageManager::instance()->freePPN(frame);
    return error;
  }
  return mapFresh(page, frame, rights);
}

int64 Loader::fillFromFile(const ElfSegment& segment, pointer page, uint8* content)
{
  // The part of the page that the file provides; the frame comes zeroed, so the rest is right already.
  const pointer file_end = segment.start + segment.file_size;
  const pointer from = page > segment.start ? page : segment.start;
  const pointer to = page + PAGE_SIZE < file_end ? page + PAGE_SIZE : file_end;
  if (from >= to)
    return 0;
  return readFully(*file_, segment.file_offset + (from - segment.start), content + (from - page), to - from);
}

int64 Loader::mapFresh(pointer page, ppn_t frame, PageRights rights)
{
  if (arch_memory_.mapPage(page / PAGE_SIZE, frame, true, rights))
    return 0;
  PageManager::instance()->freePPN(frame);
  return -ENOMEM;
}
