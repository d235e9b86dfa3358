//! Memory for sectors on their way.

use alloc::vec::Vec;
use bounds::Clip;
use core::ops::Range;
use serde::{Deserialize, Serialize};

/// As many bytes as the present piece has. The memory is kept for the next one, because to take it from the host and to clear it
/// can take as long as to fill it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Buffer {
    bytes: Vec<u8>,
    /// How many of them are in use.
    length: usize,
}

impl Buffer {
    pub(super) fn length(&self) -> usize {
        self.length
    }

    /// Makes it so many bytes, for somebody to fill: what they are before is anything that the drive has moved. False when the
    /// host has no memory for them; it is empty then.
    pub(super) fn resize(&mut self, length: usize) -> bool {
        if length > self.bytes.len() {
            self.give_back();
            if self.bytes.try_reserve_exact(length).is_err() {
                return false;
            }
            self.bytes.resize(length, 0);
        }
        self.length = length;
        true
    }

    /// Makes it shorter, if it is longer.
    pub(super) fn truncate(&mut self, length: usize) {
        self.length = self.length.min(length);
    }

    pub(super) fn clear(&mut self) {
        self.length = 0;
    }

    /// Gives the memory back to the host.
    pub(super) fn give_back(&mut self) {
        *self = Self::default();
    }

    /// Whether there is memory to give back.
    pub(super) fn has_memory(&self) -> bool {
        !self.bytes.is_empty()
    }

    /// A part of it; nothing if that is not inside.
    pub(super) fn part(&self, range: Range<usize>) -> &[u8] {
        self.bytes.upto(self.length).get(range).unwrap_or_default()
    }

    /// The same, to be filled.
    pub(super) fn part_mut(&mut self, range: Range<usize>) -> &mut [u8] {
        self.bytes
            .upto_mut(self.length)
            .get_mut(range)
            .unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg_attr(miri, ignore = "Miri ends when memory does")]
    fn memory_that_the_heap_has_not_is_refused() {
        let mut buffer = Buffer::default();
        assert!(buffer.resize(3));
        buffer.part_mut(0..3).copy_from_slice(&[1, 2, 3]);
        assert!(!buffer.resize(isize::MAX as usize));
        assert!(buffer.length() == 0 && !buffer.has_memory());
    }

    #[test]
    fn memory_is_kept_until_it_is_given_back() {
        let mut buffer = Buffer::default();
        assert!(buffer.resize(8) && buffer.resize(4));
        assert_eq!((buffer.length(), buffer.part(0..5)), (4, &[][..]));
        assert_eq!(buffer.part(1..4), [0; 3]);
        buffer.clear();
        assert!(buffer.has_memory() && buffer.part(0..1).is_empty());
        buffer.give_back();
        assert!(!buffer.has_memory());
    }
}
