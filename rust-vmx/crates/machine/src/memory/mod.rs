//! Guest-physical memory: the map of a PC ([`layout`]) over the frames of `vmx`.

pub mod layout;

pub use layout::Layout;
pub use vmx::memory::MemoryError;

use vmx::addr::Gpa;
use vmx::frames::Frames;
use vmx::memory::GuestMemory;

/// Physical memory as loaders, page walkers and devices use it. The guest shares the memory and may change it between
/// two calls, so nobody may rely on a value read twice.
pub trait PhysicalMemory {
    /// Reads all of `bytes`, or fails.
    fn read(&self, at: Gpa, bytes: &mut [u8]) -> Result<(), MemoryError>;

    /// Writes all of `bytes`, or fails; a failure may leave a part written.
    fn write(&mut self, at: Gpa, bytes: &[u8]) -> Result<(), MemoryError>;

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
}
