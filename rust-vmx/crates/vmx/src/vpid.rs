//! Virtual-processor identifiers (SDM "Virtual Processor Identifiers (VPIDs)", 29.1): each vCPU has its own, so that the TLB need
//! not be flushed at every entry and exit.

use bounds::Cyclic;
use core::sync::atomic::{AtomicU64, Ordering};

/// Identifiers in use, one bit each. 0 is the host's own. There could be 65535; this many vCPUs no host has the memory for.
static TAKEN: Pool<16> = Pool::new();

struct Pool<const WORDS: usize> {
    words: Cyclic<AtomicU64, WORDS>,
}

impl<const WORDS: usize> Pool<WORDS> {
    const fn new() -> Self {
        Self {
            words: Cyclic([const { AtomicU64::new(0) }; WORDS]),
        }
    }

    /// The lowest free number from 1 on.
    fn take(&self) -> Option<u16> {
        for (index, word) in self.words.iter().enumerate() {
            let reserved = u64::from(index == 0);
            let taken = word.fetch_update(Ordering::AcqRel, Ordering::Relaxed, |bits| {
                let free = !(bits | reserved);
                (free != 0).then(|| bits | 1 << free.trailing_zeros())
            });
            if let Ok(before) = taken {
                return Some(index as u16 * 64 + (!(before | reserved)).trailing_zeros() as u16);
            }
        }
        None
    }

    fn give_back(&self, number: u16) {
        self.words[usize::from(number / 64)].fetch_and(!(1 << (number % 64)), Ordering::AcqRel);
    }
}

/// An identifier no other vCPU has, until it is dropped. Its translations in the TLB may be of an earlier owner: the first
/// entry must be preceded by INVVPID.
#[derive(Debug)]
pub struct Vpid(u16);

impl Vpid {
    /// `None` when all are in use; the vCPU then runs without one.
    #[must_use]
    pub fn allocate() -> Option<Self> {
        TAKEN.take().map(Self)
    }

    /// The number, never 0.
    #[must_use]
    pub const fn number(&self) -> u16 {
        self.0
    }
}

impl Drop for Vpid {
    fn drop(&mut self) {
        TAKEN.give_back(self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_numbers_but_zero_are_given_once() {
        let pool = Pool::<2>::new();
        let numbers: Vec<u16> = core::iter::from_fn(|| pool.take()).collect();
        assert_eq!(numbers, (1..128).collect::<Vec<_>>());
        pool.give_back(77);
        assert_eq!(pool.take(), Some(77));
        assert_eq!(pool.take(), None);
    }
}
