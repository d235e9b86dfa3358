//! Guest memory in a vector.

use crate::guest::{GuestRam, Touch};
use crate::memory::{MemoryError, PhysicalMemory};
use std::collections::BTreeSet;
use std::ops::Range;
use std::vec::Vec;
use vmx::addr::{Gpa, PAGE_SIZE};
use vmx::frames::Room;

/// Memory from address 0 on.
pub struct Ram {
    bytes: Vec<u8>,
    populated: BTreeSet<u64>,
    /// Pages that can be populated before the host runs out of frames.
    pub frames: usize,
    /// Populating takes long.
    pub slow: bool,
}

impl Ram {
    /// So many bytes.
    pub fn new(size: usize) -> Self {
        Self {
            bytes: std::vec![0; size],
            populated: BTreeSet::new(),
            frames: usize::MAX,
            slow: false,
        }
    }

    /// Eight bytes of it.
    pub fn get64(&self, at: u64) -> u64 {
        self.read_u64(Gpa(at)).unwrap()
    }

    /// Sets eight bytes.
    pub fn set64(&mut self, at: u64, value: u64) {
        self.write(Gpa(at), &value.to_le_bytes()).unwrap();
    }

    /// Sets four bytes.
    pub fn set32(&mut self, at: u64, value: u32) {
        self.write(Gpa(at), &value.to_le_bytes()).unwrap();
    }

    /// Sets bytes.
    pub fn write_at(&mut self, at: u64, bytes: &[u8]) {
        self.write(Gpa(at), bytes).unwrap();
    }

    /// Some bytes of it.
    pub fn bytes(&self, at: u64, length: usize) -> Vec<u8> {
        let mut bytes = std::vec![0; length];
        self.read(Gpa(at), &mut bytes).unwrap();
        bytes
    }
}

impl PhysicalMemory for Ram {
    fn read(&self, at: Gpa, bytes: &mut [u8]) -> Result<(), MemoryError> {
        bytes.copy_from_slice(&self.bytes[self.place(at, bytes.len())?]);
        Ok(())
    }

    fn write(&mut self, at: Gpa, bytes: &[u8]) -> Result<(), MemoryError> {
        if self.frames == 0 {
            return Err(MemoryError::OutOfFrames);
        }
        let place = self.place(at, bytes.len())?;
        self.bytes[place].copy_from_slice(bytes);
        Ok(())
    }

    fn room(&mut self, at: Gpa, length: usize) -> Result<Room<'_>, MemoryError> {
        if self.frames == 0 {
            return Err(MemoryError::OutOfFrames);
        }
        // Page by page, so that callers prove they can take that.
        let length = length.min((PAGE_SIZE - at.0 % PAGE_SIZE) as usize);
        let place = self.place(at, length)?;
        Ok(Room::over(&mut self.bytes[place]))
    }
}

impl Ram {
    /// Where `length` bytes are.
    fn place(&self, at: Gpa, length: usize) -> Result<Range<usize>, MemoryError> {
        let start = usize::try_from(at.0).map_err(|_| MemoryError::NotRam(at))?;
        let end = start.checked_add(length).ok_or(MemoryError::NotRam(at))?;
        if end <= self.bytes.len() {
            Ok(start..end)
        } else {
            Err(MemoryError::NotRam(at))
        }
    }
}

impl GuestRam for Ram {
    fn touch(&mut self, at: Gpa) -> Result<Touch, MemoryError> {
        if self.slow && at.0 < self.bytes.len() as u64 && !self.populated.contains(&(at.0 >> 12)) {
            return Ok(Touch::Later);
        }
        Ok(match self.populate(at)? {
            true => Touch::Fresh,
            false => Touch::Present,
        })
    }

    fn populate(&mut self, at: Gpa) -> Result<bool, MemoryError> {
        if at.0 >= self.bytes.len() as u64 {
            return Err(MemoryError::NotRam(at));
        }
        if self.populated.len() == self.frames {
            return Err(MemoryError::OutOfFrames);
        }
        Ok(self.populated.insert(at.0 >> 12))
    }

    fn install(&mut self, at: Gpa, bytes: &[u8]) -> Result<(), MemoryError> {
        self.write(at, bytes)
    }

    fn clear(&mut self) {
        self.bytes.fill(0);
        self.populated.clear();
    }

    fn frame_bytes(&self) -> u64 {
        self.populated.len() as u64 * 4096
    }
}
