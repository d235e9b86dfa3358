//! Guest-physical memory: slots of host frames, mapped through EPT as they are touched, and safe copies in and out.
//!
//! This is where it is made sure that a guest reaches nothing but its own frames: only [`GuestMemory`] maps pages, and only
//! frames it owns.

use crate::addr::{Gpa, PAGE_SIZE};
use crate::ept::{Ept, EptError, EptFeatures, EptRoot, GPA_LIMIT, PageSize, Permissions};
use crate::frames::{Frames, OwnedFrames};
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;

const CHUNK: u64 = PageSize::Size2M.bytes();
const PAGES_PER_CHUNK: usize = (CHUNK / PAGE_SIZE) as usize;

/// How a slot takes frames from the host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backing {
    /// 2 MiB at a time where alignment, the CPU and the host's memory allow it, else 4 KiB.
    Large,
    /// 4 KiB at a time.
    Small,
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

/// The frames behind the part of a slot that lies in one 2 MiB of guest-physical addresses.
enum Chunk<F: Frames> {
    /// Never touched.
    Untouched,
    /// One block, one EPT entry.
    Large(OwnedFrames<F>),
    /// Page by page; each is there once touched.
    Small(Vec<Option<OwnedFrames<F>>>),
}

/// A range of memory.
struct Slot<F: Frames> {
    base: u64,
    end: u64,
    backing: Backing,
    permissions: Permissions,
    chunks: Vec<Chunk<F>>,
}

impl<F: Frames> Slot<F> {
    fn covers(&self, gpa: u64) -> bool {
        self.base <= gpa && gpa < self.end
    }

    fn chunk_index(&self, gpa: u64) -> usize {
        (gpa / CHUNK - self.base / CHUNK) as usize
    }

    /// Whether the 2 MiB around `gpa` lie in the slot as a whole.
    fn covers_chunk(&self, gpa: u64) -> bool {
        let start = gpa & !(CHUNK - 1);
        self.base <= start && start + CHUNK <= self.end
    }

    /// The frames behind `gpa`, with the offset in them.
    fn backing(&self, gpa: u64) -> Option<(&OwnedFrames<F>, usize)> {
        match self.chunks.get(self.chunk_index(gpa))? {
            Chunk::Untouched => None,
            Chunk::Large(frames) => Some((frames, (gpa % CHUNK) as usize)),
            Chunk::Small(pages) => {
                let page = pages.get(page_index(gpa))?.as_ref()?;
                Some((page, (gpa % PAGE_SIZE) as usize))
            }
        }
    }
}

const fn page_index(gpa: u64) -> usize {
    (gpa % CHUNK / PAGE_SIZE) as usize
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
        if self.slots.iter().any(|slot| base.0 < slot.end && slot.base < end) {
            return Err(MemoryError::BadSlot(base));
        }
        let count = (end - 1) / CHUNK - base.0 / CHUNK + 1;
        let chunks = filled(count as usize, || Chunk::Untouched)?;
        self.slots.push(Slot {
            base: base.0,
            end,
            backing,
            permissions,
            chunks,
        });
        Ok(())
    }

    /// Bytes of memory in all slots.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.slots.iter().map(|slot| slot.end - slot.base).sum()
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

    /// Makes the page at `gpa` present for the guest; the answer to an EPT violation. True when it was not before; when it
    /// was, the violation has another cause.
    pub fn populate(&mut self, gpa: Gpa) -> Result<bool, MemoryError> {
        let nothing = MemoryError::NotRam(gpa);
        let slot = self
            .slots
            .iter_mut()
            .find(|slot| slot.covers(gpa.0))
            .ok_or(nothing)?;
        let (index, covers_chunk) = (slot.chunk_index(gpa.0), slot.covers_chunk(gpa.0));
        let chunk = slot.chunks.get_mut(index).ok_or(nothing)?;
        if matches!(chunk, Chunk::Untouched) {
            if slot.backing == Backing::Large
                && self.ept.features().size_2m
                && covers_chunk
                && let Some(frames) = OwnedFrames::allocate(self.frames.clone(), PAGES_PER_CHUNK)
            {
                let start = Gpa(gpa.0 & !(CHUNK - 1));
                // SAFETY: the frames are ours alone and stay until the mapping is gone (see `clear` and the field order).
                unsafe {
                    self.ept
                        .map(start, frames.hpa(), PageSize::Size2M, slot.permissions)
                }
                .map_err(no_table)?;
                *chunk = Chunk::Large(frames);
                self.populated += CHUNK;
                return Ok(true);
            }
            *chunk = Chunk::Small(filled(PAGES_PER_CHUNK, || None)?);
        }
        let Chunk::Small(pages) = chunk else {
            return Ok(false);
        };
        let page = pages.get_mut(page_index(gpa.0)).ok_or(nothing)?;
        if page.is_some() {
            return Ok(false);
        }
        let frame = OwnedFrames::allocate(self.frames.clone(), 1).ok_or(MemoryError::OutOfFrames)?;
        // SAFETY: as above.
        unsafe {
            self.ept
                .map(gpa.page_base(), frame.hpa(), PageSize::Size4K, slot.permissions)
        }
        .map_err(no_table)?;
        *page = Some(frame);
        self.populated += PAGE_SIZE;
        Ok(true)
    }

    /// Copies from guest memory. Memory never touched reads as zero and stays untouched.
    pub fn read(&self, gpa: Gpa, buffer: &mut [u8]) -> Result<(), MemoryError> {
        let mut at = gpa.0;
        let mut rest = buffer;
        while !rest.is_empty() {
            let slot = self.slot(at).ok_or(MemoryError::NotRam(Gpa(at)))?;
            let (piece, remaining) = rest.split_at_mut(piece_length(at, rest.len()));
            match slot.backing(at) {
                Some((frames, offset)) => frames.read(offset, piece),
                None => piece.fill(0),
            }
            at += piece.len() as u64;
            rest = remaining;
        }
        Ok(())
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
            let (piece, remaining) = rest.split_at(piece_length(at, rest.len()));
            let slot = self.slot(at).ok_or(MemoryError::NotRam(Gpa(at)))?;
            if slot.permissions.contains(needed) {
                self.populate(Gpa(at))?;
                if let Some((frames, offset)) = self.slot(at).and_then(|slot| slot.backing(at)) {
                    frames.write(offset, piece);
                }
            }
            at += piece.len() as u64;
            rest = remaining;
        }
        Ok(())
    }

    /// Whether the guest has written to the page at `gpa` since the last call (always true where the CPU cannot say, never for
    /// memory it has not touched). Writes through [`Self::write`] do not count.
    pub fn take_dirty(&mut self, gpa: Gpa) -> bool {
        self.ept.take_dirty(gpa)
    }

    /// Gives all frames back to the host: memory reads as zero afterwards, as after power-on.
    pub fn clear(&mut self) {
        self.ept.clear();
        for chunk in self.slots.iter_mut().flat_map(|slot| &mut slot.chunks) {
            *chunk = Chunk::Untouched;
        }
        self.populated = 0;
    }

    fn slot(&self, gpa: u64) -> Option<&Slot<F>> {
        self.slots.iter().find(|slot| slot.covers(gpa))
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

/// How much of `length` bytes at `gpa` lies in the same page.
fn piece_length(gpa: u64, length: usize) -> usize {
    length.min((PAGE_SIZE - gpa % PAGE_SIZE) as usize)
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
        accessed_dirty: false,
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
    fn a_host_without_large_blocks_lends_pages() {
        // Enough for three tables, the root and a few pages, but not for 2 MiB.
        let frames = FakeFrames::new(100);
        let mut memory = GuestMemory::new(&frames, FEATURES).unwrap();
        memory.add_slot(Gpa(0), 1 << 22, Backing::Large).unwrap();
        assert_eq!(memory.populate(Gpa(0x1234)), Ok(true));
        assert_eq!(memory.ept.translate(Gpa(0x1234)).unwrap().size, PageSize::Size4K);
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
