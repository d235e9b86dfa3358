#include "ElfImage.h"

#include "errno.h"

namespace
{
constexpr pointer PAGE = 4096;

constexpr pointer pageStart(pointer address)
{
  return address & ~(PAGE - 1);
}
} // namespace

bool ElfSegment::touchesPage(pointer page) const
{
  return page <= end - 1 && page + (PAGE - 1) >= start;
}

int64 ElfImage::checkHeader(const Elf::Header& header, uint64 file_size)
{
  for (size_t i = 0; i < sizeof(Elf::MAGIC); ++i)
  {
    if (header.e_ident[i] != Elf::MAGIC[i])
      return -ENOEXEC;
  }
  const bool right_kind = header.e_ident[Elf::EI_CLASS] == Elf::ELFCLASS64 &&
                          header.e_ident[Elf::EI_DATA] == Elf::ELFDATA2LSB &&
                          header.e_ident[Elf::EI_VERSION] == Elf::EV_CURRENT && header.e_type == Elf::ET_EXEC &&
                          header.e_machine == Elf::EM_X86_64;
  if (!right_kind || header.e_phentsize != sizeof(Elf::ProgramHeader))
    return -ENOEXEC;
  if (header.e_phnum == 0 || header.e_phnum > MAX_PROGRAM_HEADERS)
    return -ENOEXEC;

  const uint64 table_size = header.e_phnum * sizeof(Elf::ProgramHeader);
  if (header.e_phoff > file_size || table_size > file_size - header.e_phoff)
    return -ENOEXEC;
  return 0;
}

int64 ElfImage::build(const Elf::Header& header, const Elf::ProgramHeader* headers, uint64 file_size, pointer limit)
{
  count_ = 0;
  for (size_t i = 0; i < header.e_phnum; ++i)
  {
    switch (headers[i].p_type)
    {
    case Elf::PT_LOAD:
      if (headers[i].p_memsz == 0)
        break;
      if (const int64 error = addSegment(headers[i], file_size, limit); error != 0)
        return error;
      break;
    case Elf::PT_INTERP:
    case Elf::PT_DYNAMIC:
      return refuse("is dynamically linked; SWEB loads static programs only");
    default:
      break;
    }
  }

  const ElfSegment* code = segmentOfPage(header.e_entry);
  if (code == nullptr || !code->executable || header.e_entry < code->start || header.e_entry >= code->end)
    return refuse("has an entry point outside of its code");
  entry_ = header.e_entry;
  return 0;
}

int64 ElfImage::addSegment(const Elf::ProgramHeader& header, uint64 file_size, pointer limit)
{
  if (count_ == MAX_SEGMENTS)
    return refuse("has too many segments");
  if (header.p_filesz > header.p_memsz)
    return refuse("has a segment with more bytes in the file than in memory");
  if (header.p_offset > file_size || header.p_filesz > file_size - header.p_offset)
    return refuse("has a segment that reaches beyond the end of the file");
  // The first page stays unmapped in every program, so that a null pointer faults.
  if (header.p_vaddr < PAGE || header.p_vaddr >= limit || header.p_memsz > limit - header.p_vaddr)
    return refuse("has a segment outside of user space");

  const ElfSegment segment = {.start = header.p_vaddr,
                              .end = header.p_vaddr + header.p_memsz,
                              .file_offset = header.p_offset,
                              .file_size = header.p_filesz,
                              .readable = (header.p_flags & Elf::PF_R) != 0,
                              .writable = (header.p_flags & Elf::PF_W) != 0,
                              .executable = (header.p_flags & Elf::PF_X) != 0};
  // A page has one set of rights, so two segments in one page would lend each other theirs.
  for (size_t i = 0; i < count_; ++i)
  {
    const bool apart = pageStart(segment.end - 1) < pageStart(segments_[i].start) ||
                       pageStart(segments_[i].end - 1) < pageStart(segment.start);
    if (!apart)
      return refuse("has two segments in one page");
  }
  segments_[count_++] = segment;
  return 0;
}

const ElfSegment* ElfImage::segmentOfPage(pointer address) const
{
  for (size_t i = 0; i < count_; ++i)
  {
    if (segments_[i].touchesPage(pageStart(address)))
      return &segments_[i];
  }
  return nullptr;
}

int64 ElfImage::refuse(const char* why)
{
  problem_ = why;
  return -ENOEXEC;
}
