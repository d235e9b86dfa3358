//! The drives as INT 13h numbers them: diskettes from 00h, hard disks from 80h, each in the order of the definition.

use super::floppy::Format;
use crate::disks::Disks;
use crate::storage::Storage;

/// One of the two kinds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Drives {
    /// The first one's number.
    pub first: u8,
    diskettes: bool,
}

impl Drives {
    /// The diskettes.
    pub const DISKETTES: Self = Self {
        first: 0x00,
        diskettes: true,
    };
    /// The hard disks.
    pub const HARD_DISKS: Self = Self {
        first: 0x80,
        diskettes: false,
    };

    /// Which kind a number belongs to.
    pub fn of(number: u8) -> Self {
        if number < Self::HARD_DISKS.first {
            Self::DISKETTES
        } else {
            Self::HARD_DISKS
        }
    }

    /// How many of them there are.
    pub fn count<S: Storage>(self, disks: &Disks<S>) -> u8 {
        self.positions(disks).count() as u8
    }

    /// The position among all disks, IDE's, of the drive with this number.
    pub fn position<S: Storage>(self, disks: &Disks<S>, number: u8) -> Option<usize> {
        self.positions(disks)
            .nth(usize::from(number.wrapping_sub(self.first)))
    }

    fn positions<S: Storage>(self, disks: &Disks<S>) -> impl Iterator<Item = usize> {
        (0..disks.count()).filter(move |&index| Format::of(disks.sectors(index)).is_some() == self.diskettes)
    }
}

/// The number of the first disk, which is the one to boot from.
pub fn boot_drive<S: Storage>(disks: &Disks<S>) -> u8 {
    match Format::of(disks.sectors(0)) {
        Some(_) => Drives::DISKETTES.first,
        None => Drives::HARD_DISKS.first,
    }
}

/// The format of the first diskette, which INT 1Eh describes: 1.44 MB where there is none.
pub fn diskette_format<S: Storage>(disks: &Disks<S>) -> &'static Format {
    let first = Drives::DISKETTES.position(disks, 0);
    first
        .and_then(|index| Format::of(disks.sectors(index)))
        .unwrap_or(Format::USUAL)
}

/// Cylinders, heads and sectors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Geometry {
    /// Cylinders.
    pub cylinders: u64,
    /// Heads.
    pub heads: u64,
    /// Sectors on a track.
    pub sectors: u64,
}

impl Geometry {
    /// A diskette's own, and for hard disks the translation that BIOSes agree on: 63 sectors, and as few heads as bring the
    /// cylinders to 1024 or less.
    pub fn of(total: u64) -> Self {
        const SECTORS: u64 = 63;
        if let Some(format) = Format::of(total) {
            return Self {
                cylinders: format.cylinders.into(),
                heads: format.heads.into(),
                sectors: format.sectors.into(),
            };
        }
        let heads = [16, 32, 64, 128]
            .into_iter()
            .find(|heads| total <= 1024 * heads * SECTORS)
            .unwrap_or(255);
        Self {
            cylinders: (total / (heads * SECTORS)).clamp(1, 1024),
            heads,
            sectors: SECTORS,
        }
    }

    /// The sector at a cylinder, head and sector, counted from 1, as CX and DH hold them.
    pub fn sector(&self, cx: u16, head: u8) -> Option<u64> {
        let cylinder = u64::from(cx >> 8) | u64::from(cx & 0xC0) << 2;
        let (head, sector) = (u64::from(head), u64::from(cx & 0x3F));
        let there = (1..=self.sectors).contains(&sector) && head < self.heads;
        there.then(|| (cylinder * self.heads + head) * self.sectors + sector - 1)
    }

    /// The last cylinder and sector as CX holds them.
    pub fn last(&self) -> u16 {
        let cylinder = (self.cylinders - 1) as u16;
        cylinder << 8 | cylinder >> 2 & 0xC0 | self.sectors as u16
    }
}
