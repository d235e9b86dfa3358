//! Cylinders, heads and sectors (ATA/ATAPI-5, "CHS addressing"; ATA/ATAPI-6 made it obsolete, old kernels use it).

use serde::{Deserialize, Serialize};

/// The most cylinders IDENTIFY DEVICE admits to; larger disks are for LBA.
const MAX_DEFAULT_CYLINDERS: u64 = 16_383;

/// A translation between CHS and LBA. No field is 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Geometry {
    pub(super) cylinders: u16,
    pub(super) heads: u8,
    pub(super) sectors: u8,
}

impl Geometry {
    /// What a disk of `capacity` sectors has at power-on.
    pub(super) fn default_for(capacity: u64) -> Self {
        let cylinders = (capacity / (16 * 63)).clamp(1, MAX_DEFAULT_CYLINDERS) as u16;
        Self {
            cylinders,
            heads: 16,
            sectors: 63,
        }
    }

    /// What INITIALIZE DEVICE PARAMETERS asks for; nothing for zero sectors a track.
    pub(super) fn with(capacity: u64, heads: u8, sectors: u8) -> Option<Self> {
        if heads == 0 || sectors == 0 {
            return None;
        }
        let cylinders = (capacity / (u64::from(heads) * u64::from(sectors))).clamp(1, 0xFFFF) as u16;
        Some(Self {
            cylinders,
            heads,
            sectors,
        })
    }

    /// Sectors the translation can address.
    pub(super) fn capacity(self) -> u32 {
        u32::from(self.cylinders) * u32::from(self.heads) * u32::from(self.sectors)
    }

    /// The sector at an address, if the address is one of this geometry's. Sectors are numbered from 1.
    pub(super) fn lba(self, cylinder: u16, head: u8, sector: u8) -> Option<u64> {
        if cylinder >= self.cylinders || head >= self.heads || sector == 0 || sector > self.sectors {
            return None;
        }
        let track = u64::from(cylinder) * u64::from(self.heads) + u64::from(head);
        Some(track * u64::from(self.sectors) + u64::from(sector) - 1)
    }

    /// The address of a sector: cylinder, head, sector. A cylinder past 65535 is cut.
    pub(super) fn chs(self, lba: u64) -> (u16, u8, u8) {
        let (sectors, heads) = (u64::from(self.sectors.max(1)), u64::from(self.heads.max(1)));
        let track = lba / sectors;
        (
            (track / heads) as u16,
            (track % heads) as u8,
            (lba % sectors + 1) as u8,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_disk_of_128_mib_has_260_cylinders() {
        let geometry = Geometry::default_for(262_144);
        assert_eq!(
            (geometry.cylinders, geometry.heads, geometry.sectors),
            (260, 16, 63)
        );
        assert_eq!(Geometry::default_for(u64::MAX).cylinders, 16_383);
        assert_eq!(Geometry::with(100, 16, 0), None);
    }

    proptest! {
        #[test]
        fn chs_and_lba_are_inverse(capacity in 1..u64::from(u32::MAX), heads in 1..=16_u8, sectors in 1..=255_u8, lba: u64) {
            let geometry = Geometry::with(capacity, heads, sectors).unwrap();
            let lba = lba % u64::from(geometry.capacity());
            let (cylinder, head, sector) = geometry.chs(lba);
            prop_assert_eq!(geometry.lba(cylinder, head, sector), Some(lba));
        }
    }
}
