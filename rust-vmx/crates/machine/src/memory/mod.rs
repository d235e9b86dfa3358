//! Guest-physical memory: the map of a PC ([`layout`]) over the frames of `vmx`.

pub mod layout;

pub use layout::Layout;
pub use vmx::memory::MemoryError;

use alloc::vec::Vec;
use vmx::addr::Gpa;
use vmx::frames::{Frames, Room};
use vmx::memory::GuestMemory;

/// A buffer of zeros on the host's heap. Its size, and when it is needed, is up to the guest or its images: an allocation that
/// may not fail would end the host's kernel where this ends the guest.
pub fn zeroed(length: usize) -> Result<Vec<u8>, MemoryError> {
    let mut buffer = Vec::new();
    buffer
        .try_reserve_exact(length)
        .map_err(|_| MemoryError::OutOfFrames)?;
    buffer.resize(length, 0);
    Ok(buffer)
}

/// Physical memory as loaders, page walkers and devices use it. The guest shares the memory and may change it between
/// two calls, so nobody may rely on a value read twice.
pub trait PhysicalMemory {
    /// Reads all of `bytes`, or fails.
    fn read(&self, at: Gpa, bytes: &mut [u8]) -> Result<(), MemoryError>;

    /// Writes all of `bytes`, or fails; a failure may leave a part written. What goes to memory the guest cannot write is lost,
    /// as on a PC's bus.
    fn write(&mut self, at: Gpa, bytes: &[u8]) -> Result<(), MemoryError>;

    /// The aligned 64-bit word around `at`, in one access.
    fn read_word(&self, at: Gpa) -> Result<u64, MemoryError> {
        self.read_u64(Gpa(at.0 & !7))
    }

    /// Room in writable memory at `at`, for `length` bytes or less: what follows lies elsewhere then.
    fn room(&mut self, at: Gpa, length: usize) -> Result<Room<'_>, MemoryError>;

    /// Reads a little-endian 32-bit word.
    fn read_u32(&self, at: Gpa) -> Result<u32, MemoryError> {
        let mut bytes = [0; 4];
        self.read(at, &mut bytes)?;
        Ok(u32::from_le_bytes(bytes))
    }

    /// Reads a little-endian 64-bit word.
    fn read_u64(&self, at: Gpa) -> Result<u64, MemoryError> {
        let mut bytes = [0; 8];
        self.read(at, &mut bytes)?;
        Ok(u64::from_le_bytes(bytes))
    }
}

impl<F: Frames + Clone> PhysicalMemory for GuestMemory<F> {
    fn read(&self, at: Gpa, bytes: &mut [u8]) -> Result<(), MemoryError> {
        GuestMemory::read(self, at, bytes)
    }

    fn write(&mut self, at: Gpa, bytes: &[u8]) -> Result<(), MemoryError> {
        GuestMemory::write(self, at, bytes)
    }

    fn read_word(&self, at: Gpa) -> Result<u64, MemoryError> {
        GuestMemory::read_word(self, at)
    }

    fn room(&mut self, at: Gpa, length: usize) -> Result<Room<'_>, MemoryError> {
        GuestMemory::room(self, at, length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg_attr(miri, ignore = "Miri ends when memory does")]
    fn a_buffer_that_the_heap_has_not_is_an_error() {
        assert_eq!(zeroed(3).unwrap(), [0; 3]);
        assert_eq!(zeroed(isize::MAX as usize), Err(MemoryError::OutOfFrames));
    }
}
