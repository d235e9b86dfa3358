#include "ElfBench.h"

#include "ElfImage.h"
#include "kernel-core/src/lib.rs.h"
#include <cstring>
#include <stdexcept>
#include <vector>

Program parse_program(rust::Slice<const uint8_t> file, uint64_t limit)
{
  Elf::Header header;
  if (file.size() < sizeof(header))
    throw std::runtime_error("is too short");
  std::memcpy(&header, file.data(), sizeof(header));
  if (ElfImage::checkHeader(header, file.size()) != 0)
    throw std::runtime_error("has a bad header");

  // In the kernel, too, the table is only read after the header's check said that it lies in the file.
  std::vector<Elf::ProgramHeader> headers(header.e_phnum);
  std::memcpy(headers.data(), file.data() + header.e_phoff, header.e_phnum * sizeof(Elf::ProgramHeader));
  ElfImage image;
  if (image.build(header, headers.data(), file.size(), limit) != 0)
    throw std::runtime_error(image.problem());

  Program program{image.entry(), {}};
  for (size_t i = 0; i < image.segmentCount(); ++i)
  {
    const ElfSegment& segment = image.segment(i);
    program.segments.push_back(
        {segment.start, segment.end, segment.file_offset, segment.file_size, segment.writable, segment.executable});
    if (image.segmentOfPage(segment.start) != &segment || image.segmentOfPage(segment.end - 1) != &segment)
      throw std::logic_error("does not find its own segment");
  }
  return program;
}
