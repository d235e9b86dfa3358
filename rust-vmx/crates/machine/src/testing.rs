//! Stand-ins for memory, host and CPU in this crate's tests.

use crate::memory::{MemoryError, PhysicalMemory};
use std::vec::Vec;
use vmx::addr::Gpa;

/// Memory from address 0 on.
pub struct Ram(Vec<u8>);

impl Ram {
    pub fn new(size: usize) -> Self {
        Self(std::vec![0; size])
    }

    pub fn get64(&self, at: u64) -> u64 {
        self.read_u64(Gpa(at)).unwrap()
    }

    pub fn set64(&mut self, at: u64, value: u64) {
        self.write(Gpa(at), &value.to_le_bytes()).unwrap();
    }

    pub fn set32(&mut self, at: u64, value: u32) {
        self.write(Gpa(at), &value.to_le_bytes()).unwrap();
    }

    pub fn bytes(&self, at: u64, length: usize) -> Vec<u8> {
        let mut bytes = std::vec![0; length];
        self.read(Gpa(at), &mut bytes).unwrap();
        bytes
    }
}

impl PhysicalMemory for Ram {
    fn read(&self, at: Gpa, bytes: &mut [u8]) -> Result<(), MemoryError> {
        let start = usize::try_from(at.0).map_err(|_| MemoryError::NotRam(at))?;
        let end = start.checked_add(bytes.len()).ok_or(MemoryError::NotRam(at))?;
        bytes.copy_from_slice(self.0.get(start..end).ok_or(MemoryError::NotRam(at))?);
        Ok(())
    }

    fn write(&mut self, at: Gpa, bytes: &[u8]) -> Result<(), MemoryError> {
        let start = usize::try_from(at.0).map_err(|_| MemoryError::NotRam(at))?;
        let end = start.checked_add(bytes.len()).ok_or(MemoryError::NotRam(at))?;
        self.0
            .get_mut(start..end)
            .ok_or(MemoryError::NotRam(at))?
            .copy_from_slice(bytes);
        Ok(())
    }
}
