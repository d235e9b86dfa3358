//! Guest-physical memory: slots of host frames, mapped through EPT as they are touched, and safe copies in and out.

use crate::addr::Gpa;
use crate::ept::EptRoot;
use crate::frames::Frames;
use alloc::sync::Arc;
use core::fmt;

/// How a slot takes frames from the host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backing {
    /// 2 MiB at a time where alignment and the host's memory allow it, else 4 KiB.
    Large,
    /// 4 KiB at a time.
    Small,
}

/// Why guest memory could not be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MemoryError {
    /// No slot covers this address.
    NotRam(Gpa),
    /// The host has no frame left.
    OutOfFrames,
    /// A slot must be a positive multiple of 4 KiB, lie below 2^46 and overlap no other.
    BadSlot(Gpa),
    /// The slot is read-only for the guest.
    ReadOnly(Gpa),
}

impl fmt::Display for MemoryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotRam(gpa) => write!(f, "guest-physical address {gpa} is not memory"),
            Self::OutOfFrames => write!(f, "the host has no free page frame left"),
            Self::BadSlot(gpa) => write!(
                f,
                "memory slot at {gpa} is empty, unaligned, too high or overlaps another"
            ),
            Self::ReadOnly(gpa) => write!(f, "guest-physical address {gpa} is read-only"),
        }
    }
}

/// The memory of a VM. Dropping it returns every frame.
pub struct GuestMemory<F: Frames + Clone> {
    _frames: F,
}

impl<F: Frames + Clone> GuestMemory<F> {
    /// An address space without memory.
    pub fn new(frames: F) -> Result<Self, MemoryError> {
        Ok(Self { _frames: frames })
    }

    /// What a vCPU needs of it.
    pub fn root(&self) -> Arc<EptRoot<F>> {
        todo!()
    }

    /// Adds `bytes` of memory at `base`. No frame is taken yet.
    pub fn add_slot(&mut self, base: Gpa, bytes: u64, backing: Backing) -> Result<(), MemoryError> {
        let _ = (base, bytes, backing);
        todo!()
    }

    /// Bytes of memory in all slots.
    pub fn size(&self) -> u64 {
        todo!()
    }

    /// Bytes of host frames taken for memory and page tables.
    pub fn frame_bytes(&self) -> u64 {
        todo!()
    }

    /// Whether a slot covers this address.
    pub fn contains(&self, gpa: Gpa) -> bool {
        let _ = gpa;
        todo!()
    }

    /// Makes the page at `gpa` present for the guest; the answer to an EPT violation. True when it was not before.
    pub fn populate(&mut self, gpa: Gpa) -> Result<bool, MemoryError> {
        let _ = gpa;
        todo!()
    }

    /// Copies from guest memory. Memory never touched reads as zero and stays untouched.
    pub fn read(&self, gpa: Gpa, buffer: &mut [u8]) -> Result<(), MemoryError> {
        let _ = (gpa, buffer);
        todo!()
    }

    /// Copies to guest memory, populating it.
    pub fn write(&mut self, gpa: Gpa, bytes: &[u8]) -> Result<(), MemoryError> {
        let _ = (gpa, bytes);
        todo!()
    }

    /// Gives the frames of untouched-again memory back to the host: all of it reads as zero afterwards.
    pub fn clear(&mut self) {
        todo!()
    }
}
