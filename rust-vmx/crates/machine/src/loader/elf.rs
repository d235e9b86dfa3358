//! The loadable segments of an ELF file, 32 or 64 bits, read piece by piece: the file is never in memory as a whole.

use super::{Image, LoadError};
use crate::memory::zeroed;
use alloc::vec::Vec;
use elf::abi;
use elf::endian::LittleEndian;
use elf::file::{Class, FileHeader, parse_ident};
use elf::parse::ParseAt;
use elf::section::SectionHeader;
use elf::segment::ProgramHeader;
use elf::symbol::Symbol;

/// The most program headers that are believed.
const MAX_SEGMENTS: u16 = 64;
/// The most section headers that are looked through.
const MAX_SECTIONS: u16 = 512;

/// A part of the file that belongs into memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment {
    /// Where in the file.
    pub offset: u64,
    /// How much of the file.
    pub file_size: u64,
    /// Physical address.
    pub physical: u64,
    /// Virtual address.
    pub virtual_: u64,
    /// Bytes in memory; what exceeds the file is zero.
    pub memory_size: u64,
}

/// What a loader wants to know of an ELF file.
#[derive(Clone, Debug)]
pub struct Executable {
    /// `e_entry`.
    pub entry: u64,
    /// The loadable segments with something in them.
    pub segments: Vec<Segment>,
    class: Class,
    sections: (u64, u16, u16),
}

/// Whether a file begins as ELF files do.
pub fn is_elf(image: &impl Image) -> Result<bool, LoadError> {
    let mut magic = [0; 4];
    if image.size() < 4 {
        return Ok(false);
    }
    image.read(0, &mut magic)?;
    Ok(magic == *b"\x7fELF")
}

/// Reads `length` bytes of a file that claims to have them.
fn piece(image: &impl Image, offset: u64, length: u64) -> Result<Vec<u8>, LoadError> {
    let end = offset.checked_add(length).ok_or(LoadError::Truncated)?;
    if end > image.size() {
        return Err(LoadError::Truncated);
    }
    let mut bytes = zeroed(length as usize)?;
    image.read(offset, &mut bytes)?;
    Ok(bytes)
}

impl Executable {
    /// Reads the headers.
    pub fn parse(image: &impl Image) -> Result<Self, LoadError> {
        let bad = LoadError::BadElf;
        let header = piece(image, 0, image.size().min(64))?;
        let ident = header.get(..16).ok_or(LoadError::Truncated)?;
        let ident = parse_ident::<LittleEndian>(ident).map_err(|_| bad("not a little-endian ELF header"))?;
        let class = ident.1;
        let tail = match class {
            Class::ELF32 => header.get(16..52),
            Class::ELF64 => header.get(16..64),
        };
        let header = FileHeader::parse_tail(ident, tail.ok_or(LoadError::Truncated)?)
            .map_err(|_| bad("the file header is incomplete"))?;
        if header.e_machine != abi::EM_386 && header.e_machine != abi::EM_X86_64 {
            return Err(LoadError::WrongMachine(header.e_machine));
        }
        let size = ProgramHeader::size_for(class) as u64;
        if header.e_phnum == 0 || u64::from(header.e_phentsize) != size {
            return Err(bad("no program headers"));
        }
        if header.e_phnum > MAX_SEGMENTS {
            return Err(bad("too many program headers"));
        }
        let table = piece(image, header.e_phoff, size * u64::from(header.e_phnum))?;
        let mut segments = Vec::new();
        let mut offset = 0;
        for _ in 0..header.e_phnum {
            let program = ProgramHeader::parse_at(LittleEndian, class, &mut offset, &table)
                .map_err(|_| bad("a program header is incomplete"))?;
            if program.p_type != abi::PT_LOAD || program.p_memsz == 0 {
                continue;
            }
            if program.p_filesz > program.p_memsz {
                return Err(bad("a segment is larger in the file than in memory"));
            }
            if program
                .p_offset
                .checked_add(program.p_filesz)
                .is_none_or(|end| end > image.size())
            {
                return Err(LoadError::Truncated);
            }
            segments.push(Segment {
                offset: program.p_offset,
                file_size: program.p_filesz,
                physical: program.p_paddr,
                virtual_: program.p_vaddr,
                memory_size: program.p_memsz,
            });
        }
        if segments.is_empty() {
            return Err(bad("nothing to load"));
        }
        let sections = (header.e_shoff, header.e_shnum, header.e_shentsize);
        Ok(Self {
            entry: header.e_entry,
            segments,
            class,
            sections,
        })
    }

    /// The entry point's physical address. A kernel linked in the upper half may give the virtual one. Whether anything
    /// is there tells only the placing of the segments: one that is too large may seem to contain any address.
    pub fn physical_entry(&self) -> Result<u64, LoadError> {
        let within = |first: u64, s: &Segment| self.entry.wrapping_sub(first) < s.memory_size;
        self.segments
            .iter()
            .find(|s| within(s.virtual_, s))
            .map(|s| self.entry.wrapping_sub(s.virtual_).wrapping_add(s.physical))
            .or_else(|| {
                self.segments
                    .iter()
                    .find(|s| within(s.physical, s))
                    .map(|_| self.entry)
            })
            .ok_or(LoadError::BadEntry(self.entry))
    }

    /// The function that contains `address`, with the offset in it; the search reads the symbol table in pieces.
    /// An ELF32 file made from a 64-bit kernel knows the low half of the addresses only, so that is what is compared.
    pub fn symbol(&self, image: &impl Image, address: u64) -> Option<(Vec<u8>, u64)> {
        let (offset, count, entry_size) = self.sections;
        let size = SectionHeader::size_for(self.class) as u64;
        if count > MAX_SECTIONS || u64::from(entry_size) != size {
            return None;
        }
        let table = piece(image, offset, size * u64::from(count)).ok()?;
        let sections: Vec<SectionHeader> = (0..usize::from(count))
            .map_while(|index| {
                let mut at = index * size as usize;
                SectionHeader::parse_at(LittleEndian, self.class, &mut at, &table).ok()
            })
            .collect();
        let symbols = sections.iter().find(|s| s.sh_type == abi::SHT_SYMTAB)?;
        let names = sections.get(symbols.sh_link as usize)?;
        let mask = match self.class {
            Class::ELF32 => 0xFFFF_FFFF,
            Class::ELF64 => u64::MAX,
        };
        let (name, start) = self.nearest(image, symbols, address & mask)?;
        let at = names.sh_offset.checked_add(u64::from(name))?;
        let mut text = piece(image, at, 96.min(image.size().checked_sub(at)?)).ok()?;
        text.truncate(text.iter().position(|&byte| byte == 0)?);
        Some((text, (address & mask) - start))
    }

    /// The name index and value of the last symbol at or below `address`, no further than a function is long.
    fn nearest(&self, image: &impl Image, symbols: &SectionHeader, address: u64) -> Option<(u32, u64)> {
        const CHUNK: u64 = 128;
        let size = Symbol::size_for(self.class) as u64;
        let mut best: Option<(u32, u64)> = None;
        let count = symbols.sh_size / size;
        for first in (0..count).step_by(CHUNK as usize) {
            let here = CHUNK.min(count - first);
            let at = symbols.sh_offset.checked_add(first.checked_mul(size)?)?;
            let bytes = piece(image, at, here * size).ok()?;
            let mut offset = 0;
            for _ in 0..here {
                let symbol = Symbol::parse_at(LittleEndian, self.class, &mut offset, &bytes).ok()?;
                let code = symbol.st_symtype() == abi::STT_FUNC || symbol.st_symtype() == abi::STT_NOTYPE;
                let near = address
                    .checked_sub(symbol.st_value)
                    .is_some_and(|distance| distance < 1 << 20);
                if code
                    && near
                    && symbol.st_shndx != 0
                    && best.is_none_or(|(_, value)| symbol.st_value >= value)
                {
                    best = Some((symbol.st_name, symbol.st_value));
                }
            }
        }
        best
    }
}
