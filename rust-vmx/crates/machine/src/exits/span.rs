//! A stretch of linear memory that an instruction carried out for the guest reads or writes.

use crate::memory::{MemoryError, PhysicalMemory};
use crate::paging::{Access, TranslationError, Walker};
use core::ops::Range;
use vmx::addr::{Gpa, Gva, PAGE_SIZE};

/// One or two stretches of physical memory: it crosses at most one page border.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    pieces: [(Gpa, usize); 2],
}

impl Span {
    /// Translates `length` bytes, at most a page, that consist of items of `size`. A fault on the second page shortens
    /// the span to the whole items on the first; it is an error only when there is none. That all of an item is canonical the CPU
    /// checks before it looks for a page.
    pub fn new(
        walker: &Walker,
        memory: &mut impl PhysicalMemory,
        linear: Gva,
        length: usize,
        size: usize,
        access: Access,
    ) -> Result<Self, TranslationError> {
        let last = Gva(linear.0.wrapping_add(size as u64 - 1));
        if !(walker.is_canonical(linear) && walker.is_canonical(last)) {
            return Err(TranslationError::NotCanonical);
        }
        let first = walker.translate(memory, linear, access)?;
        let on_first = (PAGE_SIZE as usize - linear.page_offset()).min(length);
        let alone = |length| Self {
            pieces: [(first, length), (first, 0)],
        };
        if on_first == length {
            return Ok(alone(length));
        }
        match walker.translate(memory, Gva(linear.0.wrapping_add(on_first as u64)), access) {
            Ok(second) => Ok(Self {
                pieces: [(first, on_first), (second, length - on_first)],
            }),
            Err(error) if on_first < size => Err(error),
            Err(_) => Ok(alone(on_first - on_first % size)),
        }
    }

    /// Its length in bytes.
    pub fn length(&self) -> usize {
        self.pieces[0].1 + self.pieces[1].1
    }

    /// Reads it. Where there is no memory the pulled-up bus reads ones.
    pub fn read(&self, memory: &impl PhysicalMemory, buffer: &mut [u8]) -> Result<(), MemoryError> {
        self.each(self.length(), |at, range| {
            let piece = buffer.get_mut(range).unwrap_or_default();
            match memory.read(at, piece) {
                Err(MemoryError::NotRam(_)) => {
                    log::debug!("read of {at}: nothing there");
                    piece.fill(0xFF);
                    Ok(())
                }
                result => result,
            }
        })
    }

    /// Writes `bytes`, no more than its length, to its start. Where there is no memory they are lost; where there is but the
    /// host has none left for it, losing them would be a mistake of ours: that is the error.
    pub fn write(&self, memory: &mut impl PhysicalMemory, bytes: &[u8]) -> Result<(), MemoryError> {
        self.each(bytes.len(), |at, range| {
            match memory.write(at, bytes.get(range).unwrap_or_default()) {
                Err(MemoryError::NotRam(_)) => {
                    log::debug!("write to {at}: nothing there");
                    Ok(())
                }
                result => result,
            }
        })
    }

    /// Calls `transfer` with each piece of the first `length` bytes: where it lies, and which bytes these are.
    fn each(
        &self,
        length: usize,
        mut transfer: impl FnMut(Gpa, Range<usize>) -> Result<(), MemoryError>,
    ) -> Result<(), MemoryError> {
        let mut start = 0;
        for (at, size) in self.pieces {
            let end = (start + size).min(length);
            if start < end {
                transfer(at, start..end)?;
            }
            start = end;
        }
        Ok(())
    }
}
