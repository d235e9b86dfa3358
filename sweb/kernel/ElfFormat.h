#pragma once

#include "types.h"

/// The parts of the ELF-64 format a static executable consists of. Names and numbers are those of the System V ABI
/// ("ELF Header", "Program Header").
namespace Elf
{
struct Header
{
  uint8 e_ident[16];
  uint16 e_type;
  uint16 e_machine;
  uint32 e_version;
  uint64 e_entry;
  uint64 e_phoff;
  uint64 e_shoff;
  uint32 e_flags;
  uint16 e_ehsize;
  uint16 e_phentsize;
  uint16 e_phnum;
  uint16 e_shentsize;
  uint16 e_shnum;
  uint16 e_shstrndx;
};
static_assert(sizeof(Header) == 64);

struct ProgramHeader
{
  uint32 p_type;
  uint32 p_flags;
  uint64 p_offset;
  uint64 p_vaddr;
  uint64 p_paddr;
  uint64 p_filesz;
  uint64 p_memsz;
  uint64 p_align;
};
static_assert(sizeof(ProgramHeader) == 56);

// Positions in e_ident and the values they must have.
inline constexpr size_t EI_CLASS = 4;
inline constexpr size_t EI_DATA = 5;
inline constexpr size_t EI_VERSION = 6;
inline constexpr uint8 MAGIC[4] = {0x7f, 'E', 'L', 'F'};
inline constexpr uint8 ELFCLASS64 = 2;
inline constexpr uint8 ELFDATA2LSB = 1;
inline constexpr uint8 EV_CURRENT = 1;

inline constexpr uint16 ET_EXEC = 2;
inline constexpr uint16 EM_X86_64 = 62;

inline constexpr uint32 PT_LOAD = 1;
inline constexpr uint32 PT_DYNAMIC = 2;
inline constexpr uint32 PT_INTERP = 3;

inline constexpr uint32 PF_X = 1;
inline constexpr uint32 PF_W = 2;
inline constexpr uint32 PF_R = 4;
} // namespace Elf
