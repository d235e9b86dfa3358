//! The Multiboot 1 loader (Multiboot Specification 0.6.96).

use super::elf::{Executable, Segment, is_elf};
use super::{Image, LoadError};
use crate::memory::{Layout, PhysicalMemory, zeroed};
use alloc::vec;
use alloc::vec::Vec;
use bounds::Clip;
use vmx::addr::{Gpa, PAGE_SIZE};

/// A page of what a kernel finds behind its data.
static ZEROS: [u8; PAGE_SIZE as usize] = [0; PAGE_SIZE as usize];
/// The header's magic number.
const HEADER_MAGIC: u32 = 0x1BAD_B002;
/// How far into the file the header may lie.
const SEARCH: u64 = 8192;
/// Header flags: 0 pages aligned modules, 1 memory information; 2, a video mode, is a wish.
const KNOWN_FLAGS: u32 = 0b111;
/// Header flag: the header gives the load addresses.
const FLAG_ADDRESSES: u32 = 1 << 16;

/// The name the kernel finds in the information structure.
const LOADER_NAME: &[u8] = b"SWEB-VMX";

/// Where the information structure and all it points to goes: conventional memory that neither firmware nor kernels use.
pub const INFO: u64 = 0x9_0000;
/// The room there.
const INFO_ROOM: usize = 0xF000;
/// Bytes of the structure itself, up to and with the VBE fields.
const INFO_SIZE: usize = 88;

/// Bits of the structure's flags.
mod flag {
    pub const MEMORY: u32 = 1;
    pub const BOOT_DEVICE: u32 = 1 << 1;
    pub const COMMAND_LINE: u32 = 1 << 2;
    pub const MODULES: u32 = 1 << 3;
    pub const MAP: u32 = 1 << 6;
    pub const LOADER: u32 = 1 << 9;
}

/// A module to load.
pub struct Module<'a> {
    /// Its content.
    pub image: &'a dyn Image,
    /// Its string: path and arguments.
    pub text: &'a [u8],
}

/// What the kernel gets besides its image.
pub struct Parameters<'a> {
    /// The command line, the kernel's name first.
    pub command_line: &'a [u8],
    /// The modules.
    pub modules: &'a [Module<'a>],
    /// Whether there is a hard disk to name as the boot device.
    pub has_disk: bool,
}

/// Where the kernel starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Loaded {
    /// EIP.
    pub entry: u32,
    /// EBX.
    pub info: u32,
}

/// The Multiboot header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Header {
    /// Where in the file it was found.
    offset: u64,
    flags: u32,
    addresses: [u32; 5],
}

/// Whether an image has a Multiboot header.
pub fn is_multiboot(image: &impl Image) -> Result<bool, LoadError> {
    Ok(find_header(image)?.is_some())
}

/// Loads a kernel with its modules.
pub fn load(
    image: &impl Image,
    parameters: &Parameters<'_>,
    layout: &Layout,
    memory: &mut impl PhysicalMemory,
) -> Result<Loaded, LoadError> {
    if image.size() == 0 {
        return Err(LoadError::Empty);
    }
    let header = find_header(image)?.ok_or(LoadError::NotMultiboot)?;
    let unknown = header.flags & 0xFFFF & !KNOWN_FLAGS;
    if unknown != 0 {
        return Err(LoadError::UnknownFlags(unknown as u16));
    }
    let (entry, end) = if header.flags & FLAG_ADDRESSES != 0 {
        load_by_addresses(image, &header, layout, memory)?
    } else if is_elf(image)? {
        load_elf(image, layout, memory)?
    } else {
        return Err(LoadError::NotElf);
    };
    let modules = load_modules(parameters.modules, end, layout, memory)?;
    let info = information(parameters, &modules, layout)?;
    memory.write(Gpa(INFO), &info)?;
    Ok(Loaded {
        entry,
        info: INFO as u32,
    })
}

fn find_header(image: &impl Image) -> Result<Option<Header>, LoadError> {
    let mut bytes = zeroed(image.size().min(SEARCH) as usize)?;
    image.read(0, &mut bytes)?;
    let word = |at: usize| {
        let word = bytes.past(at).first_chunk();
        word.map_or(0, |word| u32::from_le_bytes(*word))
    };
    let places = bytes
        .chunks_exact(4)
        .zip((0..bytes.len().saturating_sub(11)).step_by(4));
    for (_, at) in places.filter(|(magic, _)| *magic == HEADER_MAGIC.to_le_bytes()) {
        let flags = word(at + 4);
        if HEADER_MAGIC.wrapping_add(flags).wrapping_add(word(at + 8)) == 0 {
            let addresses = core::array::from_fn(|index| word(at + 12 + 4 * index));
            return Ok(Some(Header {
                offset: at as u64,
                flags,
                addresses,
            }));
        }
    }
    Ok(None)
}

/// The way of kernels that are not ELF: the header says what goes where.
fn load_by_addresses(
    image: &impl Image,
    header: &Header,
    layout: &Layout,
    memory: &mut impl PhysicalMemory,
) -> Result<(u32, u64), LoadError> {
    let [header_address, load, load_end, bss_end, entry] = header.addresses.map(u64::from);
    let bad = LoadError::BadAddresses;
    // The header's own place in the file and in memory tell where in the file the load address lies.
    let before = header_address.checked_sub(load).ok_or(bad.clone())?;
    let start = header.offset.checked_sub(before).ok_or(bad.clone())?;
    let length = match load_end {
        0 => image.size() - start,
        end => end.checked_sub(load).ok_or(bad.clone())?,
    };
    let end = match bss_end {
        0 => load + length,
        end if end < load + length => return Err(bad),
        end => end,
    };
    if start.checked_add(length).is_none_or(|end| end > image.size()) {
        return Err(LoadError::Truncated);
    }
    if !(load..end).contains(&entry) {
        return Err(LoadError::BadEntry(entry));
    }
    place(image, start, length, load, end - load, layout, memory)?;
    Ok((entry as u32, end))
}

fn load_elf(
    image: &impl Image,
    layout: &Layout,
    memory: &mut impl PhysicalMemory,
) -> Result<(u32, u64), LoadError> {
    let executable = Executable::parse(image)?;
    let entry = executable.physical_entry()?;
    if overlap(&executable.segments) {
        return Err(LoadError::BadElf("two segments overlap in memory"));
    }
    let mut end = 0;
    for s in &executable.segments {
        place(
            image,
            s.offset,
            s.file_size,
            s.physical,
            s.memory_size,
            layout,
            memory,
        )?;
        end = end.max(s.physical + s.memory_size);
    }
    let entry = u32::try_from(entry).map_err(|_| LoadError::BadEntry(entry))?;
    Ok((entry, end))
}

/// Whether two segments share memory. Then one would destroy the other, and many could have the host fill the same memory
/// over and over.
fn overlap(segments: &[Segment]) -> bool {
    let mut ranges: Vec<(u64, u64)> = segments
        .iter()
        .map(|s| (s.physical, s.physical.saturating_add(s.memory_size)))
        .collect();
    ranges.sort_unstable();
    !ranges.is_sorted_by(|first, second| first.1 <= second.0)
}

/// Copies `length` bytes of the file to `at` and clears the rest of `size` bytes.
fn place(
    image: &(impl Image + ?Sized),
    mut offset: u64,
    length: u64,
    at: u64,
    size: u64,
    layout: &Layout,
    memory: &mut impl PhysicalMemory,
) -> Result<(), LoadError> {
    let end = at
        .checked_add(size)
        .ok_or(LoadError::NoMemory { at, length: size })?;
    let hits_info = at < INFO + INFO_ROOM as u64 && end > INFO;
    if !layout.is_usable(at, size) || hits_info {
        return Err(LoadError::NoMemory { at, length: size });
    }
    let mut to = at;
    while to < at + length {
        let room = memory.room(Gpa(to), (at + length - to) as usize)?;
        let count = room.size() as u64;
        image.read_into(offset, room)?;
        to += count;
        offset += count;
    }
    while to < end {
        let count = (end - to).min(PAGE_SIZE) as usize;
        memory.write(Gpa(to), ZEROS.upto(count))?;
        to += count as u64;
    }
    Ok(())
}

/// Places the modules page by page behind the kernel; their ranges.
fn load_modules(
    modules: &[Module<'_>],
    kernel_end: u64,
    layout: &Layout,
    memory: &mut impl PhysicalMemory,
) -> Result<Vec<(u32, u32)>, LoadError> {
    // The kernel lies in memory, so its end is far from the largest number, and stays so.
    let mut next = kernel_end.max(crate::memory::layout::HIGH_MEMORY);
    let mut ranges = Vec::new();
    for module in modules {
        next = next.next_multiple_of(4096);
        let size = module.image.size();
        let end = next.checked_add(size).and_then(|end| u32::try_from(end).ok());
        // The information structure has 32 bits for each end.
        let (Ok(first), Some(end)) = (u32::try_from(next), end) else {
            return Err(LoadError::ModuleTooHigh {
                at: next,
                length: size,
            });
        };
        if size > 0 {
            place(module.image, 0, size, next, size, layout, memory)?;
        }
        ranges.push((first, end));
        next += size;
    }
    Ok(ranges)
}

/// The information structure, followed by everything it points to.
fn information(
    parameters: &Parameters<'_>,
    modules: &[(u32, u32)],
    layout: &Layout,
) -> Result<Vec<u8>, LoadError> {
    let mut info = Block(vec![0; INFO_SIZE]);
    let mut flags = flag::MEMORY | flag::COMMAND_LINE | flag::MODULES | flag::MAP | flag::LOADER;
    // Conventional memory in KiB, and what lies above 1 MiB up to the first hole.
    info.set(4, (crate::memory::layout::LOW_MEMORY_END >> 10) as u32);
    info.set(
        8,
        ((layout.low_end() - crate::memory::layout::HIGH_MEMORY) >> 10) as u32,
    );
    if parameters.has_disk {
        flags |= flag::BOOT_DEVICE;
        // BIOS drive 80h, the whole disk.
        info.set(12, 0x80FF_FFFF);
    }
    let command_line = info.text(parameters.command_line);
    info.set(16, command_line);
    let texts: Vec<u32> = parameters
        .modules
        .iter()
        .map(|module| info.text(module.text))
        .collect();
    info.align();
    let table = info.end();
    for ((start, end), text) in modules.iter().zip(texts) {
        for word in [*start, *end, text, 0] {
            info.0.extend_from_slice(&word.to_le_bytes());
        }
    }
    info.set(20, modules.len() as u32);
    info.set(24, table);
    let map = info.end();
    for region in layout.regions() {
        info.0.extend_from_slice(&20u32.to_le_bytes());
        info.0.extend_from_slice(&region.first.to_le_bytes());
        info.0.extend_from_slice(&region.length.to_le_bytes());
        info.0
            .extend_from_slice(&(if region.usable { 1u32 } else { 2 }).to_le_bytes());
    }
    info.set(44, info.end() - map);
    info.set(48, map);
    let name = info.text(LOADER_NAME);
    info.set(64, name);
    info.set(0, flags);
    if info.0.len() > INFO_ROOM {
        Err(LoadError::TooMuchText)
    } else {
        Ok(info.0)
    }
}

/// A block under construction whose place in memory is known.
struct Block(Vec<u8>);

impl Block {
    /// The address of what is appended next.
    fn end(&self) -> u32 {
        INFO as u32 + self.0.len() as u32
    }

    fn set(&mut self, at: usize, value: u32) {
        bounds::copy(self.0.past_mut(at), &value.to_le_bytes());
    }

    /// Appends a string with its NUL; its address. An embedded NUL would only shorten it.
    fn text(&mut self, text: &[u8]) -> u32 {
        let at = self.end();
        self.0.extend_from_slice(text);
        self.0.push(0);
        at
    }

    fn align(&mut self) {
        self.0.resize(self.0.len().next_multiple_of(16), 0);
    }
}

#[cfg(test)]
#[path = "multiboot_tests.rs"]
mod tests;
