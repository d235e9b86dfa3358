//! Guest-physical memory: slots of host frames, mapped through EPT as they are touched, and safe copies in and out.
//!
//! This is where it is made sure that a guest reaches nothing but its own frames: only [`GuestMemory`] maps pages, and only
//! frames it owns.

use crate::addr::{Gpa, PAGE_SIZE};
use crate::ept::{Ept, EptError, EptFeatures, EptRoot, GPA_LIMIT, PageSize, Permissions};
use crate::frames::{Frames, OwnedFrames, Room};
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::cmp::Reverse;
use core::fmt;

/// How many pages are taken from the host at once, where it has them and the slot is as large.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Rank {
    /// A large page of EPT: 2 MiB.
    Large,
    /// What spares most exits and is soon used: 64 KiB.
    Group,
    /// What must be there: 4 KiB.
    Page,
}

impl Rank {
    const fn bytes(self) -> u64 {
        match self {
            Self::Large => PageSize::Size2M.bytes(),
            Self::Group => 16 * PAGE_SIZE,
            Self::Page => PAGE_SIZE,
        }
    }

    const fn pages(self) -> usize {
        (self.bytes() / PAGE_SIZE) as usize
    }

    /// The next smaller one.
    const fn below(self) -> Option<Self> {
        match self {
            Self::Large => Some(Self::Group),
            Self::Group => Some(Self::Page),
            Self::Page => None,
        }
    }

    /// Which of the parts of this rank `gpa` lies in, counted in the block of the rank `above`.
    const fn index(self, gpa: u64, above: Self) -> usize {
        (gpa % above.bytes() / self.bytes()) as usize
    }
}

/// How a slot takes frames from the host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backing {
    /// 2 MiB at a time where alignment, the CPU and the host's memory allow it, else 64 KiB, else 4 KiB.
    Large,
    /// 4 KiB at a time.
    Small,
}

/// What became of a touch of guest memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Touch {
    /// The page was there before.
    Present,
    /// It is there now.
    Fresh,
    /// It takes long, and is to be done with the host's interrupts enabled, by [`GuestMemory::populate`].
    Later,
}

/// How much may be zeroed to make a page present.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Effort {
    /// Whatever a block has.
    Any,
    /// [`ZEROED_AT_ONCE`](crate::frames::ZEROED_AT_ONCE), and where that is too little, smaller blocks are taken.
    Little,
    /// The same, and where that is too little, nothing is done.
    LittleOrNone,
}

/// Why guest memory could not be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MemoryError {
    /// No slot covers this address.
    NotRam(Gpa),
    /// The host has no memory left.
    OutOfFrames,
    /// A slot must be a positive multiple of 4 KiB, lie inside EPT's range and overlap no other.
    BadSlot(Gpa),
}

impl fmt::Display for MemoryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotRam(gpa) => write!(f, "guest-physical address {gpa} is not memory"),
            Self::OutOfFrames => write!(f, "the host has no free memory left"),
            Self::BadSlot(gpa) => write!(
                f,
                "memory slot at {gpa} is empty, unaligned, too high or overlaps another"
            ),
        }
    }
}

/// The frames behind a block of guest-physical addresses.
enum Block<F: Frames> {
    /// Never touched.
    Untouched,
    /// As many as it has pages, contiguous.
    Whole(OwnedFrames<F>),
    /// In blocks of the next rank.
    Split(Vec<Block<F>>),
}

impl<F: Frames> Block<F> {
    /// The frames behind `gpa`, with the offset in them; the block has this rank.
    fn backing(&self, gpa: u64, rank: Rank) -> Option<(&OwnedFrames<F>, usize)> {
        match self {
            Self::Untouched => None,
            Self::Whole(frames) => Some((frames, (gpa % rank.bytes()) as usize)),
            Self::Split(parts) => {
                let below = rank.below()?;
                parts.get(below.index(gpa, rank))?.backing(gpa, below)
            }
        }
    }

    /// The same, to be filled.
    fn backing_mut(&mut self, gpa: u64, rank: Rank) -> Option<(&mut OwnedFrames<F>, usize)> {
        match self {
            Self::Untouched => None,
            Self::Whole(frames) => Some((frames, (gpa % rank.bytes()) as usize)),
            Self::Split(parts) => {
                let below = rank.below()?;
                parts.get_mut(below.index(gpa, rank))?.backing_mut(gpa, below)
            }
        }
    }
}

/// Where memory is, and how.
#[derive(Clone, Copy)]
struct Extent {
    base: u64,
    end: u64,
    backing: Backing,
    permissions: Permissions,
}

impl Extent {
    fn covers(&self, gpa: u64) -> bool {
        self.base <= gpa && gpa < self.end
    }

    fn block_index(&self, gpa: u64) -> usize {
        (gpa / Rank::Large.bytes() - self.base / Rank::Large.bytes()) as usize
    }

    /// Whether the block of this rank around `gpa` may be taken as a whole.
    fn takes_whole(&self, gpa: u64, rank: Rank, features: EptFeatures) -> bool {
        let wanted = match rank {
            Rank::Large => self.backing == Backing::Large && features.size_2m,
            Rank::Group => self.backing == Backing::Large,
            Rank::Page => true,
        };
        let start = gpa & !(rank.bytes() - 1);
        wanted && self.base <= start && start + rank.bytes() <= self.end
    }
}

/// A range of memory.
struct Slot<F: Frames> {
    extent: Extent,
    /// Of the largest rank. The first and the last may lie in the slot in part only.
    blocks: Vec<Block<F>>,
}

impl<F: Frames> Slot<F> {
    /// The frames behind `gpa`, with the offset in them.
    fn backing(&self, gpa: u64) -> Option<(&OwnedFrames<F>, usize)> {
        self.blocks
            .get(self.extent.block_index(gpa))?
            .backing(gpa, Rank::Large)
    }
}

/// What a slot's memory is made of.
struct Supply<'a, F: Frames + Clone> {
    extent: Extent,
    ept: &'a mut Ept<F>,
    frames: &'a F,
    effort: Effort,
}

impl<F: Frames + Clone> Supply<'_, F> {
    /// Makes the page at `gpa` in a block of this rank present; the bytes taken for it, 0 when it was. None: it takes too long.
    fn populate(&mut self, block: &mut Block<F>, gpa: u64, rank: Rank) -> Result<Option<u64>, MemoryError> {
        if matches!(block, Block::Untouched) {
            if self.extent.takes_whole(gpa, rank, self.ept.features()) {
                if let Some(frames) = self.take(rank) {
                    self.map(gpa & !(rank.bytes() - 1), &frames)?;
                    *block = Block::Whole(frames);
                    return Ok(Some(rank.bytes()));
                }
                if rank == Rank::Large && self.effort == Effort::LittleOrNone {
                    return Ok(None);
                }
            }
            let below = rank.below().ok_or(MemoryError::OutOfFrames)?;
            *block = Block::Split(filled(rank.pages() / below.pages(), || Block::Untouched)?);
        }
        match (block, rank.below()) {
            (Block::Split(parts), Some(below)) => match parts.get_mut(below.index(gpa, rank)) {
                Some(part) => self.populate(part, gpa, below),
                None => Err(MemoryError::NotRam(Gpa(gpa))),
            },
            _ => Ok(Some(0)),
        }
    }

    fn take(&self, rank: Rank) -> Option<OwnedFrames<F>> {
        let frames = self.frames.clone();
        match self.effort {
            Effort::Any => OwnedFrames::allocate(frames, rank.pages()),
            Effort::Little | Effort::LittleOrNone => OwnedFrames::allocate_soon(frames, rank.pages()),
        }
    }

    fn map(&mut self, start: u64, frames: &OwnedFrames<F>) -> Result<(), MemoryError> {
        let (size, count) = if frames.size() as u64 == PageSize::Size2M.bytes() {
            (PageSize::Size2M, 1)
        } else {
            (PageSize::Size4K, frames.size() / PAGE_SIZE as usize)
        };
        // SAFETY: the frames are ours alone and stay until the mapping is gone (see `clear` and the field order).
        unsafe {
            self.ept
                .map_run(Gpa(start), frames.hpa(), size, count, self.extent.permissions)
        }
        .map_err(no_table)
    }
}

/// The memory of a VM. Dropping it returns every frame.
pub struct GuestMemory<F: Frames + Clone> {
    // Before the slots: what maps the frames goes before the frames do.
    ept: Ept<F>,
    slots: Vec<Slot<F>>,
    frames: F,
    populated: u64,
}

impl<F: Frames + Clone> GuestMemory<F> {
    /// An address space without memory.
    pub fn new(frames: F, features: EptFeatures) -> Result<Self, MemoryError> {
        let ept = Ept::new(frames.clone(), features).ok_or(MemoryError::OutOfFrames)?;
        Ok(Self {
            ept,
            slots: Vec::new(),
            frames,
            populated: 0,
        })
    }

    /// What a vCPU needs of it.
    #[must_use]
    pub fn root(&self) -> Arc<EptRoot<F>> {
        self.ept.root()
    }

    /// Adds `bytes` of memory at `base`. No frame is taken yet.
    pub fn add_slot(&mut self, base: Gpa, bytes: u64, backing: Backing) -> Result<(), MemoryError> {
        self.add(base, bytes, backing, Permissions::ALL)
    }

    /// Adds `bytes` of memory at `base` that only [`Self::install`] changes. No frame is taken yet.
    pub fn add_rom(&mut self, base: Gpa, bytes: u64) -> Result<(), MemoryError> {
        self.add(
            base,
            bytes,
            Backing::Small,
            Permissions::READ | Permissions::EXECUTE,
        )
    }

    fn add(
        &mut self,
        base: Gpa,
        bytes: u64,
        backing: Backing,
        permissions: Permissions,
    ) -> Result<(), MemoryError> {
        let aligned = base.is_aligned(PAGE_SIZE) && bytes.is_multiple_of(PAGE_SIZE) && bytes > 0;
        let end = base
            .0
            .checked_add(bytes)
            .filter(|&end| aligned && end <= GPA_LIMIT);
        let end = end.ok_or(MemoryError::BadSlot(base))?;
        let overlaps = |slot: &Slot<F>| base.0 < slot.extent.end && slot.extent.base < end;
        if self.slots.iter().any(overlaps) {
            return Err(MemoryError::BadSlot(base));
        }
        let count = (end - 1) / Rank::Large.bytes() - base.0 / Rank::Large.bytes() + 1;
        let blocks = filled(count as usize, || Block::Untouched)?;
        let extent = Extent {
            base: base.0,
            end,
            backing,
            permissions,
        };
        self.slots.push(Slot { extent, blocks });
        // The largest is looked at first, because most accesses go there.
        self.slots
            .sort_by_key(|slot| Reverse(slot.extent.end - slot.extent.base));
        Ok(())
    }

    /// Bytes of memory in all slots.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.slots
            .iter()
            .map(|slot| slot.extent.end - slot.extent.base)
            .sum()
    }

    /// Bytes of host frames taken for memory and page tables.
    #[must_use]
    pub fn frame_bytes(&self) -> u64 {
        self.populated + self.ept.table_frames() * PAGE_SIZE
    }

    /// Whether a slot covers this address.
    #[must_use]
    pub fn contains(&self, gpa: Gpa) -> bool {
        self.slot(gpa.0).is_some()
    }

    /// Makes the page at `gpa` present for the guest, and those around it that come along, if that does not take long: the answer to
    /// an EPT violation. When it was present, the violation has another cause.
    pub fn touch(&mut self, gpa: Gpa) -> Result<Touch, MemoryError> {
        Ok(match self.provide(gpa, Effort::LittleOrNone)? {
            Some(0) => Touch::Present,
            Some(_) => Touch::Fresh,
            None => Touch::Later,
        })
    }

    /// The same, however long it takes. True when it was not present before.
    pub fn populate(&mut self, gpa: Gpa) -> Result<bool, MemoryError> {
        let taken = self.provide(gpa, Effort::Any)?;
        Ok(taken.is_some_and(|taken| taken > 0))
    }

    /// Makes the page at `gpa` present; the bytes taken for it, 0 when it was. None: it takes too long.
    fn provide(&mut self, gpa: Gpa, effort: Effort) -> Result<Option<u64>, MemoryError> {
        let nothing = MemoryError::NotRam(gpa);
        let mut slots = self.slots.iter_mut();
        let slot = slots.find(|slot| slot.extent.covers(gpa.0)).ok_or(nothing)?;
        let index = slot.extent.block_index(gpa.0);
        let block = slot.blocks.get_mut(index).ok_or(nothing)?;
        let mut supply = Supply {
            extent: slot.extent,
            ept: &mut self.ept,
            frames: &self.frames,
            effort,
        };
        let taken = supply.populate(block, gpa.0, Rank::Large)?;
        self.populated += taken.unwrap_or(0);
        Ok(taken)
    }

    /// Copies from guest memory. Memory never touched reads as zero and stays untouched.
    pub fn read(&self, gpa: Gpa, buffer: &mut [u8]) -> Result<(), MemoryError> {
        let mut at = gpa.0;
        let mut rest = buffer;
        while !rest.is_empty() {
            let slot = self.slot(at).ok_or(MemoryError::NotRam(Gpa(at)))?;
            let backing = slot.backing(at);
            let (piece, remaining) = rest.split_at_mut(piece_length(backing, at, rest.len()));
            match backing {
                Some((frames, offset)) => frames.read(offset, piece),
                None => piece.fill(0),
            }
            at += piece.len() as u64;
            rest = remaining;
        }
        Ok(())
    }

    /// The aligned 64-bit word around `gpa`, as a CPU reads an entry of its page tables.
    pub fn read_word(&self, gpa: Gpa) -> Result<u64, MemoryError> {
        let at = gpa.0 & !7;
        let slot = self.slot(at).ok_or(MemoryError::NotRam(gpa))?;
        Ok(slot
            .backing(at)
            .map_or(0, |(frames, offset)| frames.read_word(offset)))
    }

    /// Copies to guest memory as the guest itself would write: populating it, and in vain where it is read-only. On an error
    /// a part may have been written.
    pub fn write(&mut self, gpa: Gpa, bytes: &[u8]) -> Result<(), MemoryError> {
        self.copy_in(gpa, bytes, Permissions::WRITE)
    }

    /// Copies to guest memory, read-only or not: how contents get into a ROM.
    pub fn install(&mut self, gpa: Gpa, bytes: &[u8]) -> Result<(), MemoryError> {
        self.copy_in(gpa, bytes, Permissions::empty())
    }

    /// Copies to the slots that have the permissions `needed`.
    fn copy_in(&mut self, gpa: Gpa, bytes: &[u8], needed: Permissions) -> Result<(), MemoryError> {
        let mut at = gpa.0;
        let mut rest = bytes;
        while !rest.is_empty() {
            let slot = self.slot(at).ok_or(MemoryError::NotRam(Gpa(at)))?;
            let taken = slot.extent.permissions.contains(needed);
            let backing = slot.backing(at);
            if taken && backing.is_none() {
                self.provide(Gpa(at), Effort::Little)?;
                continue;
            }
            let (piece, remaining) = rest.split_at(piece_length(backing, at, rest.len()));
            if let Some((frames, offset)) = backing.filter(|_| taken) {
                frames.write(offset, piece);
            }
            at += piece.len() as u64;
            rest = remaining;
        }
        Ok(())
    }

    /// Room at `gpa`, populated: for `length` bytes, or less where what follows lies elsewhere for the host. Only in memory that the
    /// guest can write.
    pub fn room(&mut self, gpa: Gpa, length: usize) -> Result<Room<'_>, MemoryError> {
        let nothing = MemoryError::NotRam(gpa);
        self.populate(gpa)?;
        let mut slots = self.slots.iter_mut();
        let slot = slots.find(|slot| slot.extent.covers(gpa.0)).ok_or(nothing)?;
        if !slot.extent.permissions.contains(Permissions::WRITE) {
            return Err(nothing);
        }
        let index = slot.extent.block_index(gpa.0);
        let block = slot.blocks.get_mut(index).ok_or(nothing)?;
        let (frames, offset) = block.backing_mut(gpa.0, Rank::Large).ok_or(nothing)?;
        let length = length.min(frames.size() - offset);
        Ok(frames.room(offset, length))
    }

    /// Gives all frames back to the host: memory reads as zero afterwards, as after power-on.
    pub fn clear(&mut self) {
        self.ept.clear();
        for block in self.slots.iter_mut().flat_map(|slot| &mut slot.blocks) {
            *block = Block::Untouched;
        }
        self.populated = 0;
    }

    fn slot(&self, gpa: u64) -> Option<&Slot<F>> {
        self.slots.iter().find(|slot| slot.extent.covers(gpa))
    }
}

/// `count` values, or an error when the host's heap is full: a guest that touches memory must not bring the host down.
fn filled<T>(count: usize, value: impl Fn() -> T) -> Result<Vec<T>, MemoryError> {
    let mut list = Vec::new();
    list.try_reserve_exact(count)
        .map_err(|_| MemoryError::OutOfFrames)?;
    list.resize_with(count, value);
    Ok(list)
}

/// How much of `length` bytes at `gpa` lies in the same frames; where there are none, in the same page.
fn piece_length<F: Frames>(backing: Option<(&OwnedFrames<F>, usize)>, gpa: u64, length: usize) -> usize {
    let room = match backing {
        Some((frames, offset)) => frames.size() - offset,
        None => (PAGE_SIZE - gpa % PAGE_SIZE) as usize,
    };
    length.min(room)
}

/// Mapping a page of ours where none was can only fail for want of a table.
fn no_table(error: EptError) -> MemoryError {
    debug_assert_eq!(error, EptError::OutOfFrames);
    MemoryError::OutOfFrames
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frames::fake::FakeFrames;
    use proptest::prelude::*;

    const FEATURES: EptFeatures = EptFeatures {
        size_2m: true,
        size_1g: false,
        execute_only: false,
    };

    #[test]
    fn slots_must_be_sensible_and_apart() {
        let frames = FakeFrames::new(8);
        let mut memory = GuestMemory::new(&frames, FEATURES).unwrap();
        memory.add_slot(Gpa(0), 0xA_0000, Backing::Small).unwrap();
        for (base, bytes) in [
            (0, 0),
            (0x800, 4096),
            (0x10_0000, 100),
            (0x9_F000, 4096),
            (GPA_LIMIT - 4096, 8192),
        ] {
            assert_eq!(
                memory.add_slot(Gpa(base), bytes, Backing::Small),
                Err(MemoryError::BadSlot(Gpa(base)))
            );
        }
        assert!(
            memory
                .add_slot(Gpa(u64::MAX - 4095), 4096, Backing::Small)
                .is_err()
        );
        memory.add_slot(Gpa(0xA_0000), 4096, Backing::Small).unwrap();
        assert_eq!(memory.size(), 0xA_1000);
    }

    #[test]
    fn copies_cross_slots_and_stop_at_holes() {
        let frames = FakeFrames::new(2000);
        let mut memory = GuestMemory::new(&frames, FEATURES).unwrap();
        memory.add_slot(Gpa(0), 0x20_0000, Backing::Large).unwrap();
        memory.add_slot(Gpa(0x20_0000), 0x3000, Backing::Small).unwrap();
        let text: Vec<u8> = (0..4000u32).map(|number| number as u8).collect();
        memory.write(Gpa(0x1F_FF00), &text).unwrap();
        let mut back = vec![0; 4000];
        memory.read(Gpa(0x1F_FF00), &mut back).unwrap();
        assert_eq!(back, text);
        assert_eq!(memory.ept.translate(Gpa(0x1000)).unwrap().size, PageSize::Size2M);
        assert_eq!(
            memory.ept.translate(Gpa(0x20_0000)).unwrap().size,
            PageSize::Size4K
        );
        assert_eq!(
            memory.write(Gpa(0x20_2FFF), &[1, 2]),
            Err(MemoryError::NotRam(Gpa(0x20_3000)))
        );
        assert_eq!(memory.populate(Gpa(0x5000)), Ok(false));
    }

    #[test]
    fn a_rom_keeps_what_was_installed() {
        let frames = FakeFrames::new(2000);
        let mut memory = GuestMemory::new(&frames, FEATURES).unwrap();
        memory.add_slot(Gpa(0), 0x1000, Backing::Small).unwrap();
        memory.add_rom(Gpa(0x1000), 0x20_0000).unwrap();
        memory.install(Gpa(0x0FFE), &[1, 2, 3, 4]).unwrap();
        memory.write(Gpa(0x0FFE), &[9; 4]).unwrap();
        let mut back = [0; 4];
        memory.read(Gpa(0x0FFE), &mut back).unwrap();
        assert_eq!(back, [9, 9, 3, 4]);
        let permissions = |memory: &GuestMemory<_>, at| memory.ept.translate(Gpa(at)).unwrap().permissions;
        assert_eq!(permissions(&memory, 0), Permissions::ALL);
        assert_eq!(
            permissions(&memory, 0x1000),
            Permissions::READ | Permissions::EXECUTE
        );
        assert_eq!(memory.populate(Gpa(0x1000)), Ok(false), "a write of the guest");
    }

    #[test]
    fn room_is_where_the_guest_will_find_the_bytes() {
        let frames = FakeFrames::new(2000);
        let mut memory = GuestMemory::new(&frames, FEATURES).unwrap();
        memory.add_slot(Gpa(0), 0x3_1000, Backing::Large).unwrap();
        memory.add_rom(Gpa(0x3_1000), 0x1000).unwrap();
        let sizes = [(0x1_F000, 0x1000), (0x2_0010, 0xFFF0), (0x3_0123, 0xEDD)];
        for (at, size) in sizes {
            let mut room = memory.room(Gpa(at), 1 << 20).unwrap();
            assert_eq!(room.size(), size);
            room.past(size - 3).write(&[1, 2, 3]);
            let mut back = [0; 4];
            memory.read(Gpa(at + size as u64 - 4), &mut back).unwrap();
            assert_eq!(back, [0, 1, 2, 3]);
        }
        assert_eq!(memory.room(Gpa(0x2_0000), 7).unwrap().size(), 7);
        for nothing in [0x3_1000, 0x3_2000] {
            let error = memory.room(Gpa(nothing), 1).unwrap_err();
            assert_eq!(error, MemoryError::NotRam(Gpa(nothing)));
        }
    }

    #[test]
    fn untouched_memory_is_zero_and_costs_nothing() {
        let frames = FakeFrames::new(1);
        let mut memory = GuestMemory::new(&frames, FEATURES).unwrap();
        memory.add_slot(Gpa(0), 1 << 24, Backing::Small).unwrap();
        let mut buffer = [7; 64];
        memory.read(Gpa(0x1234), &mut buffer).unwrap();
        assert_eq!(buffer, [0; 64]);
        assert_eq!(memory.populate(Gpa(0)), Err(MemoryError::OutOfFrames));
        assert_eq!(memory.frame_bytes(), 4096);
    }

    #[test]
    fn a_host_without_large_blocks_lends_smaller_ones() {
        // Enough for three tables, the root and two blocks of 64 KiB with a page, but not for 2 MiB.
        let frames = FakeFrames::new(4 + 2 * 16 + 1);
        let mut memory = GuestMemory::new(&frames, FEATURES).unwrap();
        memory.add_slot(Gpa(0), 1 << 22, Backing::Large).unwrap();
        assert_eq!(memory.populate(Gpa(0x1234)), Ok(true));
        assert_eq!(memory.ept.translate(Gpa(0xFFFF)).unwrap().size, PageSize::Size4K);
        assert_eq!(memory.populate(Gpa(0xF000)), Ok(false), "it came along");
        assert_eq!(memory.populate(Gpa(0x1_F000)), Ok(true));
        assert_eq!(memory.populate(Gpa(0x2_3000)), Ok(true));
        assert!(memory.ept.translate(Gpa(0x2_2000)).is_none(), "a page alone");
        assert_eq!(memory.populate(Gpa(0x2_4000)), Err(MemoryError::OutOfFrames));
        assert_eq!(frames.outstanding() as u64 * PAGE_SIZE, memory.frame_bytes());
    }

    #[test]
    fn no_more_is_zeroed_at_once_than_interrupts_can_wait_for() {
        let frames = FakeFrames::new(4000);
        frames.set_zero(520);
        let mut memory = GuestMemory::new(&frames, FEATURES).unwrap();
        memory.add_slot(Gpa(0), 1 << 24, Backing::Large).unwrap();
        assert_eq!(memory.touch(Gpa(0x1234)), Ok(Touch::Fresh), "it was zero");
        frames.set_zero(0);
        assert_eq!(memory.touch(Gpa(0x5000)), Ok(Touch::Present));
        let before = memory.frame_bytes();
        assert_eq!(memory.touch(Gpa(0x20_1000)), Ok(Touch::Later));
        assert_eq!(memory.frame_bytes(), before);
        assert_eq!(memory.populate(Gpa(0x20_1000)), Ok(true));
        assert_eq!(
            memory.ept.translate(Gpa(0x20_1000)).unwrap().size,
            PageSize::Size2M
        );
        // What the host itself writes cannot wait, and makes do with less.
        memory.write(Gpa(0x40_0000), &[1]).unwrap();
        assert_eq!(
            memory.ept.translate(Gpa(0x40_F000)).unwrap().size,
            PageSize::Size4K
        );
        assert!(memory.ept.translate(Gpa(0x41_0000)).is_none());
        assert_eq!(
            memory.touch(Gpa(0x41_0000)),
            Ok(Touch::Fresh),
            "64 KiB do not take long"
        );
    }

    #[test]
    fn blocks_do_not_leave_their_slot() {
        let frames = FakeFrames::new(2000);
        let mut memory = GuestMemory::new(&frames, FEATURES).unwrap();
        memory.add_slot(Gpa(0x8000), 0x2_0000, Backing::Large).unwrap();
        memory.add_slot(Gpa(0x2_8000), 0x40_0000, Backing::Small).unwrap();
        for (at, comes_along) in [
            (0x8000, 0x9000),
            (0x1_5000, 0x1_0000),
            (0x2_0000, 0x2_1000),
            (0x20_0000, 0x20_1000),
        ] {
            assert_eq!(memory.populate(Gpa(at)), Ok(true));
            let whole = at == 0x1_5000;
            assert_eq!(memory.ept.translate(Gpa(comes_along)).is_some(), whole, "{at:#x}");
        }
    }

    proptest! {
        #[test]
        fn memory_is_memory(writes in proptest::collection::vec((0u64..0x5_0000, 1usize..9000, any::<u8>()), 1..20)) {
            let frames = FakeFrames::new(200);
            let mut memory = GuestMemory::new(&frames, EptFeatures::default()).unwrap();
            memory.add_slot(Gpa(0), 0x6_0000, Backing::Large).unwrap();
            let mut model = vec![0u8; 0x6_0000];
            for (at, length, value) in writes {
                let bytes = vec![value; length];
                memory.write(Gpa(at), &bytes).unwrap();
                model[at as usize..at as usize + length].copy_from_slice(&bytes);
            }
            let mut all = vec![1; model.len()];
            memory.read(Gpa(0), &mut all).unwrap();
            prop_assert_eq!(&all, &model);
            prop_assert_eq!(memory.frame_bytes(), 4096 * frames.outstanding() as u64);
            memory.clear();
            memory.read(Gpa(0), &mut all).unwrap();
            prop_assert!(all.iter().all(|&byte| byte == 0));
            prop_assert_eq!(frames.outstanding(), 1);
        }
    }
}
