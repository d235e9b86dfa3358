//! The guest's own page tables, walked as its CPU would (SDM vol. 3, chapter "Paging").
//!
//! Needed where an instruction is carried out for the guest and has a memory operand: INS, OUTS and those that
//! reach where no memory is; and for the call stack in a guest's report. The walk checks the rights, sets the accessed and dirty flags, and answers a fault as the guest shall see it.

use crate::cpu::VirtualCpu;
use crate::memory::PhysicalMemory;
use bounds::Clip;
use vmx::addr::{Gpa, Gva, PAGE_SIZE};
use vmx::event::Event;
use vmx::state::SystemRegister;

/// What an access wants to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// A data read.
    Read,
    /// A data write.
    Write,
    /// An instruction fetch.
    Fetch,
}

/// A page fault for the guest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageFault {
    /// The linear address: CR2.
    pub address: Gva,
    /// The error code.
    pub code: u32,
}

/// Why a linear address has no physical one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TranslationError {
    /// The guest gets a page fault.
    PageFault(PageFault),
    /// The address is not canonical: a general-protection fault.
    NotCanonical,
}

impl TranslationError {
    /// The exception the guest gets; sets CR2 where it is a page fault.
    pub fn deliver<C: VirtualCpu>(self, cpu: &mut C) -> Event {
        match self {
            Self::PageFault(fault) => {
                // CR2 takes any value.
                let _ = cpu.write(SystemRegister::Cr2, fault.address.0);
                Event::fault_with_code(14, fault.code)
            }
            Self::NotCanonical => Event::GP,
        }
    }
}

/// Bits of CR0, CR4 and EFER that matter for paging.
mod bits {
    pub const CR0_WP: u64 = 1 << 16;
    pub const CR0_PG: u64 = 1 << 31;
    pub const CR4_PSE: u64 = 1 << 4;
    pub const CR4_PAE: u64 = 1 << 5;
    pub const CR4_LA57: u64 = 1 << 12;
    pub const CR4_SMEP: u64 = 1 << 20;
    pub const CR4_SMAP: u64 = 1 << 21;
    pub const EFER_LMA: u64 = 1 << 10;
    pub const EFER_NXE: u64 = 1 << 11;
    pub const RFLAGS_AC: u64 = 1 << 18;
}

/// Bits of paging-structure entries.
mod entry {
    pub const PRESENT: u64 = 1;
    pub const WRITABLE: u64 = 1 << 1;
    pub const USER: u64 = 1 << 2;
    pub const ACCESSED: u64 = 1 << 5;
    pub const DIRTY: u64 = 1 << 6;
    pub const LARGE: u64 = 1 << 7;
    pub const NO_EXECUTE: u64 = 1 << 63;
    /// The address bits of a 64-bit entry, and of one with PAE those above that are reserved.
    pub const ADDRESS: u64 = 0x000F_FFFF_FFFF_F000;
    pub const RESERVED_WITH_PAE: u64 = 0x7FF0_0000_0000_0000;
    /// PAT in an entry that maps a large page; the bits from here to the page's address are reserved.
    pub const LARGE_PAT: u64 = 1 << 12;
    /// The upper address bits in a 32-bit entry that maps a large page (PSE-36).
    pub const PSE_ADDRESS: u64 = 0xFF << 13;
}

/// Bits of a page-fault error code.
mod code {
    pub const PRESENT: u32 = 1;
    pub const WRITE: u32 = 1 << 1;
    pub const USER: u32 = 1 << 2;
    pub const RESERVED: u32 = 1 << 3;
    pub const FETCH: u32 = 1 << 4;
}

/// The guest state a walk depends on, read once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Walker {
    /// CR0.
    pub cr0: u64,
    /// CR3.
    pub cr3: u64,
    /// CR4.
    pub cr4: u64,
    /// EFER.
    pub efer: u64,
    /// RFLAGS.
    pub rflags: u64,
    /// The access is made by code of privilege level 3.
    pub user: bool,
    /// What the processor offers.
    pub offered: Offered,
}

/// What CPUID says about paging.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Offered {
    /// The width of physical addresses, MAXPHYADDR.
    pub physical_bits: u32,
    /// Pages of 1 GiB.
    pub giant_pages: bool,
}

/// The table of the last level that a walk came through, and what was allowed up to there: the pages beside the one that was looked for
/// are in it too. To be kept for one instruction only; a CPU keeps the same for longer (SDM
/// "Paging-Structure Caches", 4.10.3).
#[derive(Clone, Copy, Debug, Default)]
pub struct LastTable(Option<Table>);

#[derive(Clone, Copy, Debug)]
struct Table {
    /// The address without the bits that the table and its pages translate.
    region: u64,
    at: u64,
    rights: u64,
    no_execute: bool,
    /// The bits that must be zero in its entries.
    reserved: u64,
    /// Some of its entries, and the offset of the first: they are read a few at a time.
    window: [u8; WINDOW],
    window_at: Option<u64>,
}

/// Bytes, a power of two: the entries of 16 pages.
const WINDOW: usize = 128;

impl Table {
    /// The entry at an offset; none where there is no memory.
    #[inline]
    fn entry(&mut self, memory: &impl PhysicalMemory, offset: u64, size: u64) -> Option<u64> {
        let window_at = offset & !(WINDOW as u64 - 1);
        if self.window_at != Some(window_at) {
            memory.read(Gpa(self.at + window_at), &mut self.window).ok()?;
            self.window_at = Some(window_at);
        }
        let (words, _) = self.window.as_chunks();
        let word = words.get((offset - window_at) as usize / 8)?;
        Some(entry_in(u64::from_le_bytes(*word), offset, size))
    }
}

/// The shape of the tables in a mode.
#[derive(Clone, Copy)]
struct Mode {
    levels: u32,
    /// Bytes of an entry.
    size: u64,
    /// Address bits a level translates.
    bits: u32,
}

impl Mode {
    /// The address without the bits that are not translated in this mode.
    fn cut(self, address: Gva) -> Gva {
        if self.levels >= 4 {
            address
        } else {
            Gva(address.0 & 0xFFFF_FFFF)
        }
    }

    /// What the pages of a table of the last level have in common.
    fn region(self, address: Gva) -> u64 {
        address.0 >> (12 + self.bits)
    }
}

impl Walker {
    /// The walker for what the CPU would access now.
    pub fn new<C: VirtualCpu>(cpu: &mut C, offered: Offered) -> Self {
        Self {
            cr0: cpu.read(SystemRegister::Cr0),
            cr3: cpu.read(SystemRegister::Cr3),
            cr4: cpu.read(SystemRegister::Cr4),
            efer: cpu.read(SystemRegister::Efer),
            rflags: cpu.read(SystemRegister::Rflags),
            // The privilege level is SS.DPL (SDM "Guest Register State").
            user: cpu.privilege() == 3,
            offered,
        }
    }

    /// The same for somebody who looks at the guest from outside: whose pages they are does not matter.
    #[must_use]
    pub fn for_inspection(self) -> Self {
        Self {
            cr4: self.cr4 & !(bits::CR4_SMAP | bits::CR4_SMEP),
            user: false,
            ..self
        }
    }

    /// The physical address of `address` for `access`, valid to the end of its 4 KiB page.
    pub fn translate(
        &self,
        memory: &mut impl PhysicalMemory,
        address: Gva,
        access: Access,
    ) -> Result<Gpa, TranslationError> {
        self.translate_from_the_root(memory, address, access, None)
            .map(|(at, _)| at)
    }

    /// The same for one of several addresses of an instruction, with the number of bytes up to the end of the page, however large.
    #[inline]
    pub fn translate_page(
        &self,
        memory: &mut impl PhysicalMemory,
        address: Gva,
        access: Access,
        last: &mut LastTable,
    ) -> Result<(Gpa, u64), TranslationError> {
        if let Some(table) = &mut last.0 {
            let mode = self.mode();
            let address = mode.cut(address);
            if table.region == mode.region(address)
                && let Some(at) = self.entry_of(table, memory, mode, address, access)
            {
                return Ok((at, PAGE_SIZE - at.page_offset() as u64));
            }
        }
        self.translate_from_the_root(memory, address, access, Some(last))
    }

    #[inline(never)]
    fn translate_from_the_root(
        &self,
        memory: &mut impl PhysicalMemory,
        address: Gva,
        access: Access,
        last: Option<&mut LastTable>,
    ) -> Result<(Gpa, u64), TranslationError> {
        if self.cr0 & bits::CR0_PG == 0 {
            let at = address.0 & 0xFFFF_FFFF;
            return Ok((Gpa(at), (1 << 32) - at));
        }
        if !self.is_canonical(address) {
            return Err(TranslationError::NotCanonical);
        }
        let mode = self.mode();
        let address = mode.cut(address);
        self.walk(memory, mode, address, access, last).map_err(|reason| {
            TranslationError::PageFault(PageFault {
                address,
                code: reason | self.access_code(access),
            })
        })
    }

    /// Whether the CPU takes the address at all; outside IA-32e mode it takes each.
    pub fn is_canonical(&self, address: Gva) -> bool {
        let levels = self.mode().levels;
        levels < 4 || canonical(address, levels)
    }

    fn mode(&self) -> Mode {
        if self.cr4 & bits::CR4_PAE == 0 {
            Mode {
                levels: 2,
                size: 4,
                bits: 10,
            }
        } else if self.efer & bits::EFER_LMA == 0 {
            Mode {
                levels: 3,
                size: 8,
                bits: 9,
            }
        } else if self.cr4 & bits::CR4_LA57 == 0 {
            Mode {
                levels: 4,
                size: 8,
                bits: 9,
            }
        } else {
            Mode {
                levels: 5,
                size: 8,
                bits: 9,
            }
        }
    }

    /// The part of the error code that says what was tried.
    fn access_code(&self, access: Access) -> u32 {
        let fetch_shown = self.cr4 & bits::CR4_SMEP != 0
            || (self.cr4 & bits::CR4_PAE != 0 && self.efer & bits::EFER_NXE != 0);
        let mut result = if self.user { code::USER } else { 0 };
        match access {
            Access::Read => {}
            Access::Write => result |= code::WRITE,
            Access::Fetch if fetch_shown => result |= code::FETCH,
            Access::Fetch => {}
        }
        result
    }

    fn walk(
        &self,
        memory: &mut impl PhysicalMemory,
        mode: Mode,
        address: Gva,
        access: Access,
        mut last: Option<&mut LastTable>,
    ) -> Result<(Gpa, u64), u32> {
        let pae = mode.levels == 3;
        // PAE's CR3 points at four entries that are aligned to 32 bytes only.
        let mut table = self.cr3 & if pae { 0xFFFF_FFE0 } else { entry::ADDRESS };
        let mut rights = entry::WRITABLE | entry::USER;
        let mut no_execute = false;
        for level in (1..=mode.levels).rev() {
            let shift = 12 + mode.bits * (level - 1);
            let top_of_pae = pae && level == 3;
            let index_bits = if top_of_pae { 2 } else { mode.bits };
            let index = address.0 >> shift & ((1 << index_bits) - 1);
            let at = Gpa(table + index * mode.size);
            let value = read_entry(memory, at, mode.size)?;
            if value & entry::PRESENT == 0 {
                return Err(0);
            }
            if !top_of_pae {
                rights &= value;
            }
            let large = level > 1
                && value & entry::LARGE != 0
                && match mode.levels {
                    2 => self.cr4 & bits::CR4_PSE != 0,
                    _ => !top_of_pae,
                };
            if !top_of_pae && value & self.reserved(mode, level, large) != 0 {
                return Err(code::PRESENT | code::RESERVED);
            }
            no_execute |= mode.size == 8 && value & entry::NO_EXECUTE != 0;
            if level == 1 || large {
                self.check(rights, no_execute, access)?;
                set_flags(memory, at, mode.size, value, noted(access))?;
                let offset_mask = (1u64 << shift) - 1;
                let base = if mode.size == 4 && large {
                    // PSE-36: bits 20 to 13 of the entry are bits 39 to 32 of the address.
                    (value & 0xFFC0_0000) | (value >> 13 & 0xFF) << 32
                } else {
                    value & entry::ADDRESS & !offset_mask
                };
                let offset = address.0 & offset_mask;
                return Ok((Gpa(base | offset), offset_mask + 1 - offset));
            }
            if !top_of_pae {
                set_flags(memory, at, mode.size, value, entry::ACCESSED)?;
            }
            table = if mode.size == 4 {
                value & 0xFFFF_F000
            } else {
                value & entry::ADDRESS
            };
            if level == 2
                && let Some(last) = &mut last
            {
                last.0 = Some(Table {
                    region: mode.region(address),
                    at: table,
                    rights,
                    no_execute,
                    reserved: self.reserved(mode, 1, false),
                    window: [0; WINDOW],
                    window_at: None,
                });
            }
        }
        // The loop ends at level 1; this satisfies the compiler, not the CPU.
        Err(0)
    }

    /// The physical address by an entry of a table that is known, if nothing is to be said against it; what is, a walk finds out.
    #[inline]
    fn entry_of(
        &self,
        table: &mut Table,
        memory: &mut impl PhysicalMemory,
        mode: Mode,
        address: Gva,
        access: Access,
    ) -> Option<Gpa> {
        let index = address.0 >> 12 & ((1 << mode.bits) - 1);
        let value = table.entry(memory, index * mode.size, mode.size)?;
        if value & entry::PRESENT == 0 || value & table.reserved != 0 {
            return None;
        }
        let no_execute = table.no_execute || mode.size == 8 && value & entry::NO_EXECUTE != 0;
        self.check(table.rights & value, no_execute, access).ok()?;
        let at = Gpa(table.at + index * mode.size);
        set_flags(memory, at, mode.size, value, noted(access)).ok()?;
        Some(Gpa(value & entry::ADDRESS | address.page_offset() as u64))
    }

    /// The bits that must be zero in an entry that is present (SDM tables 4-3 to 4-20). The PDPTEs of PAE are checked when they
    /// are loaded.
    fn reserved(&self, mode: Mode, level: u32, large: bool) -> u64 {
        let above = |bits: u32| u64::MAX.checked_shl(bits).unwrap_or(0);
        let page = (1u64 << (12 + mode.bits * (level - 1))) - 1;
        if mode.size == 4 {
            if !large {
                return 0;
            }
            let wide = self.offered.physical_bits.saturating_sub(32).min(8);
            return page
                & !(entry::LARGE_PAT | (entry::LARGE_PAT - 1) | entry::PSE_ADDRESS & !above(13 + wide));
        }
        let mut reserved = entry::ADDRESS & above(self.offered.physical_bits);
        if mode.levels == 3 {
            reserved |= entry::RESERVED_WITH_PAE;
        }
        if self.efer & bits::EFER_NXE == 0 {
            reserved |= entry::NO_EXECUTE;
        }
        if large {
            reserved |= page & !(entry::LARGE_PAT | (entry::LARGE_PAT - 1));
            // Above the directory of 1 GiB pages, and there where the CPU has none, no entry maps a page.
            if level > 3 || level == 3 && !self.offered.giant_pages {
                reserved |= entry::LARGE;
            }
        }
        reserved
    }

    fn check(&self, rights: u64, no_execute: bool, access: Access) -> Result<(), u32> {
        let user_page = rights & entry::USER != 0;
        let writable = rights & entry::WRITABLE != 0;
        let allowed = if self.user {
            user_page
                && match access {
                    Access::Read => true,
                    Access::Write => writable,
                    Access::Fetch => !no_execute,
                }
        } else {
            let smap = self.cr4 & bits::CR4_SMAP != 0 && self.rflags & bits::RFLAGS_AC == 0;
            match access {
                Access::Read => !(user_page && smap),
                Access::Write => (writable || self.cr0 & bits::CR0_WP == 0) && !(user_page && smap),
                Access::Fetch => !(no_execute || user_page && self.cr4 & bits::CR4_SMEP != 0),
            }
        };
        if allowed { Ok(()) } else { Err(code::PRESENT) }
    }
}

/// Whether all bits above the translated ones equal the highest of them.
fn canonical(address: Gva, levels: u32) -> bool {
    let unused = 64 - (12 + 9 * levels);
    ((address.0 << unused) as i64 >> unused) as u64 == address.0
}

fn read_entry(memory: &impl PhysicalMemory, at: Gpa, size: u64) -> Result<u64, u32> {
    // Tables outside memory read as an open bus does, all ones; an entry with all reserved bits set.
    let word = memory.read_word(at).map_err(|_| code::PRESENT | code::RESERVED)?;
    Ok(entry_in(word, at.0, size))
}

/// The entry in the aligned word around its address.
fn entry_in(word: u64, at: u64, size: u64) -> u64 {
    if size == 8 {
        word
    } else {
        word >> (8 * (at & 4)) & 0xFFFF_FFFF
    }
}

/// The flags of an entry that maps a page for such an access.
fn noted(access: Access) -> u64 {
    match access {
        Access::Write => entry::ACCESSED | entry::DIRTY,
        Access::Read | Access::Fetch => entry::ACCESSED,
    }
}

#[inline]
fn set_flags(
    memory: &mut impl PhysicalMemory,
    at: Gpa,
    size: u64,
    value: u64,
    flags: u64,
) -> Result<(), u32> {
    if value & flags == flags {
        return Ok(());
    }
    let bytes = (value | flags).to_le_bytes();
    memory
        .write(at, bytes.upto(size as usize))
        .map_err(|_| code::PRESENT | code::RESERVED)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Ram;
    use proptest::prelude::*;

    const USER_RW: u64 = entry::PRESENT | entry::WRITABLE | entry::USER;
    const OFFERED: Offered = Offered {
        physical_bits: 40,
        giant_pages: true,
    };

    fn long_mode(user: bool) -> Walker {
        Walker {
            cr0: bits::CR0_PG | bits::CR0_WP | 1,
            cr3: 0x1000,
            cr4: bits::CR4_PAE,
            efer: bits::EFER_LMA | bits::EFER_NXE,
            rflags: 2,
            user,
            offered: OFFERED,
        }
    }

    fn fault(result: Result<Gpa, TranslationError>) -> u32 {
        match result {
            Err(TranslationError::PageFault(fault)) => fault.code,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_last_table_serves_its_region_alone_and_a_page_tells_its_end() {
        let mut ram = Ram::new(0x10_0000);
        let walker = long_mode(false);
        // Two tables, which map page 511 of one region and page 0 of the next one, and behind them a page of 2 MiB.
        for (at, value) in [
            (0x1000, 0x2000),
            (0x2000, 0x3000),
            (0x3000, 0x4000),
            (0x3008, 0x5000),
            (0x3010, 0x60_0000 | entry::LARGE),
            (0x4FF8, 0x9000),
            (0x5000, 0x7000),
            (0x5010, 0x8000),
            (0x5000 + 17 * 8, 0xA000),
        ] {
            ram.set64(at, value | USER_RW);
        }
        let mut last = LastTable::default();
        let mut page = |address| walker.translate_page(&mut ram, Gva(address), Access::Read, &mut last);
        assert_eq!(page(0x1F_FFF0), Ok((Gpa(0x9FF0), 0x10)));
        assert_eq!(page(0x20_0000), Ok((Gpa(0x7000), 0x1000)));
        assert_eq!(page(0x20_2000), Ok((Gpa(0x8000), 0x1000)));
        assert!(page(0x20_1000).is_err());
        assert_eq!(page(0x21_1008), Ok((Gpa(0xA008), 0xFF8)));
        assert_eq!(page(0x1F_F001), Ok((Gpa(0x9001), 0xFFF)));
        assert!(page(0x1F_E000).is_err());
        assert_eq!(page(0x41_0000), Ok((Gpa(0x61_0000), 0x1F_0000)));
    }

    #[test]
    fn without_paging_linear_is_physical() {
        let mut ram = Ram::new(0x1000);
        let mut walker = long_mode(false);
        walker.cr0 = 1;
        assert_eq!(
            walker.translate(&mut ram, Gva(0x1_0000_1234), Access::Write),
            Ok(Gpa(0x1234))
        );
    }

    #[test]
    fn four_levels_to_a_page_and_a_large_page() {
        let mut ram = Ram::new(0x10000);
        ram.set64(0x1000, 0x2000 | USER_RW);
        ram.set64(0x2000, 0x3000 | USER_RW);
        ram.set64(0x3000, 0x4000 | USER_RW);
        ram.set64(0x3008, 0x40_0000 | USER_RW | entry::LARGE);
        ram.set64(0x4000 + 5 * 8, 0x7000 | USER_RW);
        let walker = long_mode(true);
        assert_eq!(
            walker.translate(&mut ram, Gva(0x5123), Access::Write),
            Ok(Gpa(0x7123))
        );
        assert_eq!(
            ram.get64(0x4000 + 5 * 8),
            0x7000 | USER_RW | entry::ACCESSED | entry::DIRTY
        );
        assert_eq!(ram.get64(0x1000), 0x2000 | USER_RW | entry::ACCESSED);
        assert_eq!(
            walker.translate(&mut ram, Gva(0x2A_BCDE), Access::Read),
            Ok(Gpa(0x4A_BCDE))
        );
        assert_eq!(
            fault(walker.translate(&mut ram, Gva(0x6000), Access::Write)),
            code::WRITE | code::USER
        );
        assert_eq!(
            walker.translate(&mut ram, Gva(1 << 47), Access::Read),
            Err(TranslationError::NotCanonical)
        );
    }

    #[test]
    fn rights_combine_over_the_levels() {
        let mut ram = Ram::new(0x10000);
        ram.set64(0x1000, 0x2000 | USER_RW);
        ram.set64(0x2000, 0x3000 | entry::PRESENT | entry::USER | entry::NO_EXECUTE);
        ram.set64(0x3000, 0x4000 | USER_RW);
        ram.set64(0x4000, 0x7000 | USER_RW);
        let user = long_mode(true);
        assert_eq!(user.translate(&mut ram, Gva(0), Access::Read), Ok(Gpa(0x7000)));
        let write = user.translate(&mut ram, Gva(0), Access::Write);
        assert_eq!(fault(write), code::PRESENT | code::WRITE | code::USER);
        let fetch = user.translate(&mut ram, Gva(0), Access::Fetch);
        assert_eq!(fault(fetch), code::PRESENT | code::FETCH | code::USER);
        let mut kernel = long_mode(false);
        assert_eq!(
            fault(kernel.translate(&mut ram, Gva(0), Access::Write)),
            code::PRESENT | code::WRITE
        );
        kernel.cr0 &= !bits::CR0_WP;
        assert_eq!(kernel.translate(&mut ram, Gva(0), Access::Write), Ok(Gpa(0x7000)));
        kernel.cr4 |= bits::CR4_SMAP;
        assert_eq!(
            fault(kernel.translate(&mut ram, Gva(0), Access::Read)),
            code::PRESENT
        );
        kernel.rflags |= bits::RFLAGS_AC;
        assert_eq!(kernel.translate(&mut ram, Gva(0), Access::Read), Ok(Gpa(0x7000)));
    }

    #[test]
    fn two_levels_and_pse() {
        let mut ram = Ram::new(0x10000);
        let walker = Walker {
            cr4: bits::CR4_PSE,
            efer: 0,
            ..long_mode(true)
        };
        ram.set32(0x1000 + 4, 0x2000 | USER_RW as u32);
        ram.set32(0x2000 + 3 * 4, 0x9000 | USER_RW as u32);
        ram.set32(
            0x1000 + 8,
            0x0080_0000 | 1 << 13 | (USER_RW | entry::LARGE) as u32,
        );
        assert_eq!(
            walker.translate(&mut ram, Gva(0x0040_3042), Access::Read),
            Ok(Gpa(0x9042))
        );
        assert_eq!(
            walker.translate(&mut ram, Gva(0x0081_2345), Access::Read),
            Ok(Gpa(0x1_0081_2345))
        );
    }

    #[test]
    fn pae_has_four_entries_without_rights() {
        let mut ram = Ram::new(0x10000);
        let walker = Walker {
            cr3: 0x1020,
            efer: 0,
            ..long_mode(true)
        };
        ram.set64(0x1020 + 8, 0x2000 | entry::PRESENT);
        ram.set64(0x2000, 0x3000 | USER_RW);
        ram.set64(0x3000, 0x8000 | USER_RW);
        assert_eq!(
            walker.translate(&mut ram, Gva(0x4000_0010), Access::Write),
            Ok(Gpa(0x8010))
        );
        assert_eq!(ram.get64(0x1028), 0x2000 | entry::PRESENT);
    }

    /// Whether the walk of address 0 finds a reserved bit when its entry on `level` has the bits `extra`. The tables lie at
    /// their level's number of pages.
    fn is_reserved(walker: Walker, level: u32, extra: u64) -> bool {
        let mut ram = Ram::new(0x10000);
        let mode = walker.mode();
        for this in level..=mode.levels {
            let below = (u64::from(this - 1) * 0x1000) | entry::PRESENT;
            let value = match this == level {
                true if extra & entry::LARGE != 0 => entry::PRESENT | extra,
                true => below | extra,
                false => below,
            };
            ram.write_at(
                u64::from(this) * 0x1000,
                &value.to_le_bytes()[..mode.size as usize],
            );
        }
        let walker = Walker {
            cr3: u64::from(mode.levels) * 0x1000,
            ..walker
        };
        match walker.translate(&mut ram, Gva(0), Access::Read) {
            Ok(_) => false,
            Err(TranslationError::PageFault(fault)) => fault.code & code::RESERVED != 0,
            Err(TranslationError::NotCanonical) => panic!("address 0"),
        }
    }

    #[test]
    fn reserved_bits_of_four_levels() {
        let walker = long_mode(false);
        for level in 1..=4 {
            assert!(is_reserved(walker, level, 1 << 40));
            assert!(is_reserved(walker, level, 1 << 51));
            assert!(!is_reserved(walker, level, 1 << 52 | 1 << 62));
            assert!(!is_reserved(walker, level, entry::NO_EXECUTE));
            let without_nx = Walker {
                efer: bits::EFER_LMA,
                ..walker
            };
            assert!(is_reserved(without_nx, level, entry::NO_EXECUTE));
        }
        assert!(!is_reserved(walker, 2, entry::LARGE | 1 << 21 | entry::LARGE_PAT));
        assert!(is_reserved(walker, 2, entry::LARGE | 1 << 13));
        assert!(is_reserved(walker, 2, entry::LARGE | 1 << 20));
        assert!(!is_reserved(walker, 1, 1 << 39));
        assert!(!is_reserved(walker, 3, entry::LARGE | 1 << 30));
        assert!(is_reserved(walker, 3, entry::LARGE | 1 << 29));
        assert!(is_reserved(walker, 4, entry::LARGE));
        let offered = Offered {
            giant_pages: false,
            ..OFFERED
        };
        assert!(is_reserved(
            Walker { offered, ..walker },
            3,
            entry::LARGE | 1 << 30
        ));
    }

    #[test]
    fn reserved_bits_of_pae_and_pse() {
        let pae = Walker {
            efer: bits::EFER_NXE,
            ..long_mode(false)
        };
        assert!(is_reserved(pae, 1, 1 << 52));
        assert!(is_reserved(pae, 2, 1 << 62));
        assert!(!is_reserved(pae, 1, entry::NO_EXECUTE));
        assert!(is_reserved(pae, 2, entry::LARGE | 1 << 13));
        let pse = Walker {
            cr4: bits::CR4_PSE,
            ..long_mode(false)
        };
        assert!(!is_reserved(pse, 2, entry::LARGE | entry::PSE_ADDRESS));
        assert!(is_reserved(pse, 2, entry::LARGE | 1 << 21));
        let offered = Offered {
            physical_bits: 36,
            ..OFFERED
        };
        assert!(!is_reserved(Walker { offered, ..pse }, 2, entry::LARGE | 1 << 16));
        assert!(is_reserved(Walker { offered, ..pse }, 2, entry::LARGE | 1 << 17));
    }

    #[test]
    fn tables_outside_memory_are_a_reserved_bit_fault() {
        let mut ram = Ram::new(0x10);
        let got = long_mode(false).translate(&mut ram, Gva(0), Access::Read);
        assert_eq!(fault(got), code::PRESENT | code::RESERVED);
    }

    proptest! {
        #[test]
        fn no_tables_make_it_panic(
            bytes in proptest::collection::vec(any::<u8>(), 4096..4097),
            (cr0, cr3, cr4, efer) in any::<(u64, u64, u64, u64)>(),
            address in any::<u64>(),
        ) {
            let mut ram = Ram::new(0x8000);
            for page in 0..8 {
                ram.write(Gpa(page * 4096), &bytes).unwrap();
            }
            for cr3 in [cr3, cr3 & 0x7FFF] {
                let walker = Walker { cr0, cr3, cr4, efer, rflags: 2, user: false, offered: OFFERED };
                for access in [Access::Read, Access::Write, Access::Fetch] {
                    let _ = walker.translate(&mut ram, Gva(address), access);
                }
            }
        }
    }
}
