//! Looks at disks and Minix file systems from outside, so that SWEB's idea of them is measured against somebody else's:
//! `fsck.minix` judges them, and a small reader that shares no line with SWEB's gets at the files. [`Tampered`] makes them lie.

mod fsck;
mod layout;
mod partition;
mod reader;
mod tampered;

pub use fsck::{Report, check};
pub use partition::partition;
pub use reader::{FileSystem, Links, Tree};
pub use tampered::{TREES, Tampered};

/// A little-endian number of `size` bytes, at most 4.
fn number(bytes: &[u8], at: usize, size: usize) -> u32 {
    bytes[at..at + size]
        .iter()
        .rev()
        .fold(0, |value, &byte| value << 8 | u32::from(byte))
}
