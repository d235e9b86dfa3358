//! Which guest-physical addresses are what: the map of a PC.

use alloc::vec::Vec;
use vmx::addr::Gpa;

/// One past the conventional memory a firmware reports; the extended BIOS data area follows.
pub const LOW_MEMORY_END: u64 = 0x9_FC00;
/// The video memory of all VGA modes.
pub const VIDEO: (u64, u64) = (0xA_0000, 0xC_0000);
/// Colour text memory.
pub const TEXT: u64 = 0xB_8000;
/// Option ROMs and the firmware.
pub const ROM: (u64, u64) = (0xC_0000, 0x10_0000);
/// The firmware's last segment.
pub const FIRMWARE: u64 = 0xF_0000;
/// Where extended memory begins.
pub const HIGH_MEMORY: u64 = 0x10_0000;
/// Where the hole for devices begins; it ends at 4 GiB.
pub const HOLE: u64 = 0xC000_0000;
/// Where memory continues above the hole.
pub const ABOVE_4G: u64 = 1 << 32;

/// What a range of addresses is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Memory.
    Ram,
    /// Video memory: plain memory here, so that text output needs no exit.
    Video,
    /// Memory the guest cannot write.
    Rom,
}

/// A range of guest-physical memory, multiples of 4 KiB.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slot {
    /// What it is.
    pub kind: Kind,
    /// First address.
    pub first: Gpa,
    /// One past the last.
    pub end: Gpa,
}

/// A line of the memory map that firmware and loaders report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Region {
    /// First address.
    pub first: u64,
    /// Length in bytes.
    pub length: u64,
    /// Type 1, usable; otherwise type 2, reserved.
    pub usable: bool,
}

/// The map of a machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    bytes: u64,
}

impl Layout {
    /// The map for so much RAM (the first MiB counts in full), a multiple of 1 MiB.
    #[must_use]
    pub fn new(bytes: u64) -> Self {
        Self { bytes }
    }

    /// The RAM's size.
    #[must_use]
    pub fn ram_bytes(&self) -> u64 {
        self.bytes
    }

    /// One past the RAM below the hole.
    #[must_use]
    pub fn low_end(&self) -> u64 {
        self.bytes.min(HOLE)
    }

    /// RAM above 4 GiB.
    #[must_use]
    pub fn above_4g(&self) -> u64 {
        self.bytes - self.low_end()
    }

    /// The slots, ascending.
    #[must_use]
    pub fn slots(&self) -> Vec<Slot> {
        let slot = |kind, first, end| Slot {
            kind,
            first: Gpa(first),
            end: Gpa(end),
        };
        let mut slots = alloc::vec![
            slot(Kind::Ram, 0, VIDEO.0),
            slot(Kind::Video, VIDEO.0, VIDEO.1),
            slot(Kind::Rom, ROM.0, ROM.1),
            slot(Kind::Ram, HIGH_MEMORY, self.low_end()),
        ];
        if self.above_4g() > 0 {
            slots.push(slot(Kind::Ram, ABOVE_4G, ABOVE_4G + self.above_4g()));
        }
        slots
    }

    /// The map to report, ascending.
    #[must_use]
    pub fn regions(&self) -> Vec<Region> {
        let region = |first, end, usable| Region {
            first,
            length: end - first,
            usable,
        };
        let mut regions = alloc::vec![
            region(0, LOW_MEMORY_END, true),
            region(LOW_MEMORY_END, VIDEO.0, false),
            region(FIRMWARE, HIGH_MEMORY, false),
            region(HIGH_MEMORY, self.low_end(), true),
        ];
        if self.above_4g() > 0 {
            regions.push(region(ABOVE_4G, ABOVE_4G + self.above_4g(), true));
        }
        regions
    }

    /// Whether `length` bytes at `first` are usable RAM as reported.
    #[must_use]
    pub fn is_usable(&self, first: u64, length: u64) -> bool {
        let Some(end) = first.checked_add(length) else {
            return false;
        };
        self.regions()
            .iter()
            .any(|r| r.usable && r.first <= first && end <= r.first + r.length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_map_of_16_mib() {
        let layout = Layout::new(16 << 20);
        assert!(layout.is_usable(0x10_0000, 15 << 20));
        assert!(!layout.is_usable(0x10_0000, (15 << 20) + 1));
        assert!(!layout.is_usable(0x9_0000, 0x1_0000));
        assert!(!layout.is_usable(u64::MAX, 2));
        assert_eq!(layout.above_4g(), 0);
    }

    #[test]
    fn memory_above_the_hole() {
        let layout = Layout::new(4 << 30);
        assert_eq!(layout.low_end(), HOLE);
        let last = layout.slots().pop().unwrap();
        assert_eq!((last.first.0, last.end.0), (1 << 32, (1 << 32) + (1 << 30)));
        assert!(layout.is_usable(1 << 32, 1 << 30));
    }
}
