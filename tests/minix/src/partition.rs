//! The four entries of a partition table.

use std::ops::Range;

use anyhow::{Context, Result};

const SECTOR: usize = 512;
const TABLE: usize = 446;
const ENTRY: usize = 16;

/// The bytes of a disk that belong to primary partition `number`, counted from 1.
pub fn partition(disk: &[u8], number: usize) -> Result<Range<usize>> {
    let entry = disk.get(TABLE + ENTRY * (number - 1)..TABLE + ENTRY * number);
    let entry = entry.context("a disk without a partition table")?;
    let sectors =
        |at: usize| u32::from_le_bytes([entry[at], entry[at + 1], entry[at + 2], entry[at + 3]]) as usize;
    let start = sectors(8) * SECTOR;
    let range = start..start + sectors(12) * SECTOR;
    disk.get(range.clone())
        .filter(|bytes| !bytes.is_empty())
        .with_context(|| {
            format!(
                "partition {number} is {range:?}, and the disk has {} bytes",
                disk.len()
            )
        })?;
    Ok(range)
}
