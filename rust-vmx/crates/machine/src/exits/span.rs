//! A stretch of linear memory that an instruction carried out for the guest reads or writes.

use crate::memory::{MemoryError, PhysicalMemory};
use crate::paging::{Access, LastTable, TranslationError, Walker};
use bounds::Clip;
use core::ops::Range;
use vmx::addr::{Gpa, Gva, PAGE_SIZE};

/// Stretches of physical memory, as many as there are pages at most; two are enough for a span that is no longer than a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span<const PIECES: usize = 2> {
    pieces: [(Gpa, usize); PIECES],
    /// How many of them there are.
    count: usize,
    /// Bytes in all.
    length: usize,
}

impl<const PIECES: usize> Span<PIECES> {
    /// Translates `length` bytes that consist of items of `size`. A fault on another page than the first shortens the span to the whole
    /// items in front of it; it is an error only when there is none. That all of an item is canonical the CPU checks before it looks for
    /// a page.
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
        let mut span = Self {
            pieces: [(Gpa(0), 0); PIECES],
            count: 0,
            length: 0,
        };
        if linear.page_offset() + length <= PAGE_SIZE as usize {
            let at = walker.translate(memory, linear, access)?;
            span.add(at, length);
            return Ok(span);
        }
        let mut last = LastTable::default();
        while span.length < length {
            let at = Gva(linear.0.wrapping_add(span.length as u64));
            match walker.translate_page(memory, at, access, &mut last) {
                Ok((at, page)) if span.add(at, page.min((length - span.length) as u64) as usize) => {}
                Err(error) if span.length < size => return Err(error),
                _ => break,
            }
        }
        span.length -= span.length % size;
        Ok(span)
    }

    /// Appends a piece, if there is a place for it.
    #[inline]
    fn add(&mut self, at: Gpa, bytes: usize) -> bool {
        let previous = self
            .count
            .checked_sub(1)
            .and_then(|last| self.pieces.get_mut(last));
        if let Some(previous) = previous
            && Gpa(previous.0.0 + previous.1 as u64) == at
        {
            previous.1 += bytes;
        } else if let Some(next) = self.pieces.get_mut(self.count) {
            *next = (at, bytes);
            self.count += 1;
        } else {
            return false;
        }
        self.length += bytes;
        true
    }

    /// Its length in bytes.
    pub fn length(&self) -> usize {
        self.length
    }

    /// Reads it. Where there is no memory the pulled-up bus reads ones.
    pub fn read(&self, memory: &impl PhysicalMemory, buffer: &mut [u8]) -> Result<(), MemoryError> {
        if self.length > PAGE_SIZE as usize {
            let mut read = |at, range| memory.read(at, buffer.get_mut(range).unwrap_or_default());
            match self.each(self.length, Unit::Piece, &mut read) {
                Err(MemoryError::NotRam(_)) => {}
                result => return result,
            }
        }
        self.each(self.length, Unit::Page, |at, range| {
            let page = buffer.get_mut(range).unwrap_or_default();
            match memory.read(at, page) {
                Err(MemoryError::NotRam(_)) => {
                    log::debug!("read of {at}: nothing there");
                    page.fill(0xFF);
                    Ok(())
                }
                result => result,
            }
        })
    }

    /// Writes `bytes`, no more than its length, to its start. Where there is no memory they are lost; where there is but the
    /// host has none left for it, losing them would be a mistake of ours: that is the error.
    pub fn write(&self, memory: &mut impl PhysicalMemory, bytes: &[u8]) -> Result<(), MemoryError> {
        let mut write = |at, range| memory.write(at, bytes.get(range).unwrap_or_default());
        if bytes.len() > PAGE_SIZE as usize {
            match self.each(bytes.len(), Unit::Piece, &mut write) {
                Err(MemoryError::NotRam(_)) => {}
                result => return result,
            }
        }
        self.each(bytes.len(), Unit::Page, |at, range| match write(at, range) {
            Err(MemoryError::NotRam(_)) => {
                log::debug!("write to {at}: nothing there");
                Ok(())
            }
            result => result,
        })
    }

    /// Calls `transfer` with each unit of the first `length` bytes: where it lies, and which bytes these are.
    fn each(
        &self,
        length: usize,
        unit: Unit,
        mut transfer: impl FnMut(Gpa, Range<usize>) -> Result<(), MemoryError>,
    ) -> Result<(), MemoryError> {
        let mut start = 0;
        for &(at, size) in self.pieces.upto(self.count) {
            let end = (start + size).min(length);
            let mut at = at;
            while start < end {
                let most = match unit {
                    Unit::Piece => usize::MAX,
                    Unit::Page => PAGE_SIZE as usize - at.page_offset(),
                };
                let size = most.min(end - start);
                transfer(at, start..start + size)?;
                at = Gpa(at.0 + size as u64);
                start += size;
            }
        }
        Ok(())
    }
}

/// What memory is asked for at once.
#[derive(Clone, Copy)]
enum Unit {
    /// As much as lies in one piece.
    Piece,
    /// A page: of a piece that is partly memory, and of what is no longer than one.
    Page,
}
