//! Extended page tables (SDM "The Extended Page Table Mechanism (EPT)", 29.3): four levels of 512 entries that translate
//! guest-physical to host-physical addresses.
//!
//! The tables are plain memory, so all of this runs on the developer's machine. What needs the CPU is INVEPT: each change
//! that the CPU may have cached otherwise starts a new [`EptRoot::generation`], and a vCPU that enters the guest with an old one
//! executes INVEPT first. That is enough because tables change only while no vCPU of the VM is in the guest.

mod entry;
#[cfg(test)]
mod tests;

pub use entry::Permissions;

use crate::addr::{Gpa, Hpa, PAGE_SIZE};
use crate::capability::Capabilities;
use crate::frames::{Frames, OwnedFrames};
use alloc::sync::Arc;
use core::fmt;
use core::sync::atomic::{AtomicU64, Ordering};
use entry::Entry;

/// Guest-physical addresses of a four-level walk have 48 bits.
pub const GPA_LIMIT: u64 = 1 << 48;

/// The level of the table the EPT pointer names.
const ROOT_LEVEL: u32 = 4;
const ENTRIES: usize = 512;
const _: () = assert!(ENTRIES * size_of::<u64>() == PAGE_SIZE as usize);
const _: () = assert!(GPA_LIMIT == PAGE_SIZE << (9 * ROOT_LEVEL));

/// The sizes an EPT mapping can have.
#[allow(missing_docs)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PageSize {
    Size4K,
    Size2M,
    Size1G,
}

impl PageSize {
    /// Bytes.
    #[must_use]
    pub const fn bytes(self) -> u64 {
        PAGE_SIZE << (9 * self as u32)
    }

    /// The level of the table whose entries map pages of this size.
    const fn level(self) -> u32 {
        self as u32 + 1
    }

    const fn of_level(level: u32) -> Self {
        match level {
            1 => Self::Size4K,
            2 => Self::Size2M,
            _ => Self::Size1G,
        }
    }
}

/// What the CPU's EPT can do beyond the necessary.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EptFeatures {
    /// Mappings of 2 MiB.
    pub size_2m: bool,
    /// Mappings of 1 GiB.
    pub size_1g: bool,
    /// Mappings that can be executed but not read.
    pub execute_only: bool,
}

impl EptFeatures {
    /// What this CPU offers.
    #[must_use]
    pub const fn of(cpu: &Capabilities) -> Self {
        Self {
            size_2m: cpu.ept_2m(),
            size_1g: cpu.ept_1g(),
            execute_only: cpu.ept_execute_only(),
        }
    }
}

/// Why a mapping could not be made or changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EptError {
    /// No frame for a table.
    OutOfFrames,
    /// An address is not a multiple of the page size, or too high.
    BadAddress,
    /// The CPU cannot map pages of this size, or with these permissions.
    Unsupported,
    /// Something is mapped there.
    AlreadyMapped,
    /// Nothing is mapped there.
    NotMapped,
}

impl fmt::Display for EptError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::OutOfFrames => "no page frame left for an EPT table",
            Self::BadAddress => "address unaligned or out of EPT's range",
            Self::Unsupported => "page size or permissions the CPU's EPT does not have",
            Self::AlreadyMapped => "guest-physical page is mapped already",
            Self::NotMapped => "guest-physical page is not mapped",
        })
    }
}

/// The top-level table. It outlives the [`Ept`] as long as a vCPU's EPT pointer names it: without its Ept it is empty, and
/// every access of the guest is an EPT violation.
pub struct EptRoot<F: Frames> {
    table: OwnedFrames<F>,
    pointer: u64,
    generation: AtomicU64,
}

impl<F: Frames> EptRoot<F> {
    /// The EPT pointer for the VMCS (SDM "Extended-Page-Table Pointer (EPTP)", 25.6.11, table 25-9).
    #[must_use]
    pub fn pointer(&self) -> u64 {
        self.pointer
    }

    /// Changes whenever the CPU's cached translations of these tables became stale.
    #[must_use]
    pub fn generation(&self) -> u64 {
        self.generation.load(Ordering::Acquire)
    }

    fn invalidate(&self) {
        self.generation.fetch_add(1, Ordering::Release);
    }
}

/// A present mapping.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mapping {
    /// The host-physical address of the byte asked for.
    pub hpa: Hpa,
    /// The size of the page it lies in.
    pub size: PageSize,
    /// What the guest may do there.
    pub permissions: Permissions,
}

/// A guest-physical address space. Dropping it frees every table.
pub struct Ept<F: Frames + Clone> {
    root: Arc<EptRoot<F>>,
    frames: F,
    features: EptFeatures,
    tables: u64,
}

impl<F: Frames + Clone> Ept<F> {
    /// An empty address space; `None` when there is no frame for its root.
    pub fn new(frames: F, features: EptFeatures) -> Option<Self> {
        let table = OwnedFrames::allocate(frames.clone(), 1)?;
        // Memory type write back (6) for the tables, a walk of length four (written as 3). No accessed and dirty flags: nobody looks
        // at them, and with them the CPU takes each access to a guest's page tables for a write (SDM 29.3.3.2).
        let pointer = table.hpa().0 | 3 << 3 | 6;
        let root = Arc::new(EptRoot {
            table,
            pointer,
            generation: AtomicU64::new(0),
        });
        Some(Self {
            root,
            frames,
            features,
            tables: 1,
        })
    }

    /// What a vCPU needs of it.
    #[must_use]
    pub fn root(&self) -> Arc<EptRoot<F>> {
        Arc::clone(&self.root)
    }

    /// What mappings can be.
    #[must_use]
    pub fn features(&self) -> EptFeatures {
        self.features
    }

    /// Frames taken for tables.
    #[must_use]
    pub fn table_frames(&self) -> u64 {
        self.tables
    }

    /// Maps a page.
    ///
    /// # Safety
    /// From now on the guest reaches `size` bytes at `hpa`: they are the guest's until the page is unmapped.
    pub unsafe fn map(
        &mut self,
        gpa: Gpa,
        hpa: Hpa,
        size: PageSize,
        permissions: Permissions,
    ) -> Result<(), EptError> {
        // SAFETY: the caller's promise is the one asked for.
        unsafe { self.map_run(gpa, hpa, size, 1, permissions) }
    }

    /// Maps `count` pages that follow each other, on both sides, and whose entries lie in one table. All of them or none.
    ///
    /// # Safety
    /// As for [`Self::map`], of each.
    pub unsafe fn map_run(
        &mut self,
        gpa: Gpa,
        hpa: Hpa,
        size: PageSize,
        count: usize,
        permissions: Permissions,
    ) -> Result<(), EptError> {
        if !gpa.is_aligned(size.bytes()) || !hpa.is_aligned(size.bytes()) || gpa.0 >= GPA_LIMIT {
            return Err(EptError::BadAddress);
        }
        let level = size.level();
        let places = index(gpa, level)..index(gpa, level) + count;
        if places.end > ENTRIES {
            return Err(EptError::BadAddress);
        }
        self.check(size, permissions)?;
        let result = self.descend(gpa, level).and_then(|table| {
            let mut slots = places.clone().map(|place| self.slot(table, place));
            if !slots.all(|slot| slot.read().is_empty()) {
                return Err(EptError::AlreadyMapped);
            }
            for (place, page) in places.zip((hpa.0..).step_by(size.bytes() as usize)) {
                self.slot(table, place)
                    .write(Entry::leaf(Hpa(page), size, permissions));
            }
            Ok(())
        });
        if result == Err(EptError::OutOfFrames) {
            self.prune(gpa);
        }
        result
    }

    /// Removes the mapping at `gpa`, of whatever size; where it went and how large it was. The frames may be used
    /// otherwise once every vCPU that enters sees the new generation.
    pub fn unmap(&mut self, gpa: Gpa) -> Result<(Hpa, PageSize), EptError> {
        let (slot, level) = self.find(gpa).ok_or(EptError::NotMapped)?;
        let entry = slot.read();
        slot.write(Entry::EMPTY);
        self.root.invalidate();
        self.prune(gpa);
        Ok((entry.address(), PageSize::of_level(level)))
    }

    /// Changes what the guest may do with the page at `gpa`.
    pub fn protect(&mut self, gpa: Gpa, permissions: Permissions) -> Result<(), EptError> {
        let (slot, level) = self.find(gpa).ok_or(EptError::NotMapped)?;
        self.check(PageSize::of_level(level), permissions)?;
        slot.write(slot.read().with_permissions(permissions));
        self.root.invalidate();
        Ok(())
    }

    /// Where `gpa` lies.
    #[must_use]
    pub fn translate(&self, gpa: Gpa) -> Option<Mapping> {
        let (slot, level) = self.find(gpa)?;
        let (entry, size) = (slot.read(), PageSize::of_level(level));
        Some(Mapping {
            hpa: Hpa(entry.address().0 + (gpa.0 & (size.bytes() - 1))),
            size,
            permissions: entry.permissions(),
        })
    }

    /// Removes every mapping and frees every table but the root.
    pub fn clear(&mut self) {
        let root = self.root.table.hpa();
        for index in 0..ENTRIES {
            let slot = self.slot(root, index);
            let entry = slot.read();
            slot.write(Entry::EMPTY);
            if !entry.is_empty() {
                self.free_below(entry.address(), ROOT_LEVEL - 1);
            }
        }
        self.root.invalidate();
    }

    /// Whether pages of this size can have these permissions. A page that can be written but not read is a misconfiguration
    /// everywhere, one that can only be executed where the CPU does not offer it (SDM "EPT Misconfigurations", 29.3.3.1).
    fn check(&self, size: PageSize, permissions: Permissions) -> Result<(), EptError> {
        let has_size = match size {
            PageSize::Size4K => true,
            PageSize::Size2M => self.features.size_2m,
            PageSize::Size1G => self.features.size_1g,
        };
        let readable = permissions.contains(Permissions::READ);
        let sensible = readable || permissions == Permissions::EXECUTE && self.features.execute_only;
        if has_size && sensible {
            Ok(())
        } else {
            Err(EptError::Unsupported)
        }
    }

    /// The table of `level` that has the entry for `gpa`, with the tables on the way made where they are missing.
    fn descend(&mut self, gpa: Gpa, level: u32) -> Result<Hpa, EptError> {
        let mut table = self.root.table.hpa();
        for above in (level + 1..=ROOT_LEVEL).rev() {
            let slot = self.slot(table, index(gpa, above));
            let mut entry = slot.read();
            if entry.is_empty() {
                let frame = self.frames.allocate(1, 1).ok_or(EptError::OutOfFrames)?;
                self.tables += 1;
                entry = Entry::table(frame);
                slot.write(entry);
            } else if entry.is_leaf(above) {
                return Err(EptError::AlreadyMapped);
            }
            table = entry.address();
        }
        Ok(table)
    }

    /// The leaf entry for `gpa` with its level.
    fn find(&self, gpa: Gpa) -> Option<(Slot, u32)> {
        if gpa.0 >= GPA_LIMIT {
            return None;
        }
        let mut table = self.root.table.hpa();
        for level in (1..=ROOT_LEVEL).rev() {
            let slot = self.slot(table, index(gpa, level));
            let entry = slot.read();
            if entry.is_empty() {
                return None;
            }
            if entry.is_leaf(level) {
                return Some((slot, level));
            }
            table = entry.address();
        }
        None
    }

    /// Frees the tables on the way to `gpa` that became empty, so that a larger page can be mapped there.
    fn prune(&mut self, gpa: Gpa) {
        let mut path = [None; ROOT_LEVEL as usize - 1];
        let mut table = self.root.table.hpa();
        for (level, place) in (2..=ROOT_LEVEL).rev().zip(path.iter_mut().rev()) {
            let slot = self.slot(table, index(gpa, level));
            let entry = slot.read();
            if entry.is_empty() || entry.is_leaf(level) {
                break;
            }
            table = entry.address();
            *place = Some((slot, table));
        }
        for (slot, table) in path.into_iter().flatten() {
            if (0..ENTRIES).any(|index| !self.slot(table, index).read().is_empty()) {
                return;
            }
            slot.write(Entry::EMPTY);
            self.root.invalidate();
            self.free_table(table);
        }
    }

    /// Frees the table at `table`, of `level`, and all tables below it.
    fn free_below(&mut self, table: Hpa, level: u32) {
        if level > 1 {
            for index in 0..ENTRIES {
                let entry = self.slot(table, index).read();
                if !entry.is_empty() && !entry.is_leaf(level) {
                    self.free_below(entry.address(), level - 1);
                }
            }
        }
        self.free_table(table);
    }

    fn free_table(&mut self, table: Hpa) {
        self.tables -= 1;
        // SAFETY: the frame came from `allocate(1)` in `descend`; no entry names it any more, and no vCPU enters without
        // seeing the generation that its unlinking started.
        unsafe { self.frames.free(table, 1) }
    }

    fn slot(&self, table: Hpa, index: usize) -> Slot {
        debug_assert!(index < ENTRIES);
        // SAFETY: `table` is the frame of one of our tables, and the index lies inside it.
        Slot(unsafe { self.frames.pointer(table).cast::<u64>().add(index) })
    }
}

impl<F: Frames + Clone> Drop for Ept<F> {
    fn drop(&mut self) {
        self.clear();
    }
}

// SAFETY: the tables are reached through `&mut self` only, from whatever thread holds it.
unsafe impl<F: Frames + Clone + Send> Send for Ept<F> {}

/// An entry's place in a table that is ours. It is used before the tables change otherwise, and never kept.
#[derive(Clone, Copy)]
struct Slot(*mut u64);

impl Slot {
    fn read(self) -> Entry {
        // SAFETY: the place lies in one of our tables (see `Ept::slot`). Volatile, because the CPU sets flags there.
        Entry(unsafe { self.0.read_volatile() })
    }

    fn write(self, entry: Entry) {
        // SAFETY: as above; one aligned 64-bit store, which the CPU sees whole.
        unsafe { self.0.write_volatile(entry.0) }
    }
}

/// The index in a table of `level`: nine bits each, from bit 12 up.
const fn index(gpa: Gpa, level: u32) -> usize {
    (gpa.0 >> (12 + 9 * (level - 1))) as usize & (ENTRIES - 1)
}
