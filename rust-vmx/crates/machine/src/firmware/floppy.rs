//! Diskettes: a disk whose size is one of theirs is a diskette to the firmware.
//!
//! There is no diskette controller: only INT 13h knows them as diskettes, for programs that were made to be booted from one. As
//! every disk they are drives of the IDE controller too, where a kernel's own driver finds them.

use super::rom;

/// A format, as the manuals of the PC list them.
#[derive(Debug, PartialEq, Eq)]
pub struct Format {
    /// Tracks on a side.
    pub cylinders: u8,
    /// Sides.
    pub heads: u8,
    /// Sectors on a track.
    pub sectors: u8,
    /// The drive's type, as INT 13h, AH=08h, tells it.
    pub drive_type: u8,
    /// Step rate and head unload time, as the controller takes them.
    specify: u8,
    /// The gap between sectors in reading and writing, and in formatting.
    gaps: (u8, u8),
}

impl Format {
    const fn new(cylinders: u8, heads: u8, sectors: u8, drive_type: u8, specify: u8, gaps: (u8, u8)) -> Self {
        Self {
            cylinders,
            heads,
            sectors,
            drive_type,
            specify,
            gaps,
        }
    }

    /// The one of a machine without diskettes: 1.44 MB.
    pub const USUAL: &Self = &FORMATS[0];

    /// The format of a medium with so many sectors, if it is a diskette.
    pub fn of(total: u64) -> Option<&'static Self> {
        FORMATS.iter().find(|format| format.total() == total)
    }

    fn total(&self) -> u64 {
        u64::from(self.cylinders) * u64::from(self.heads) * u64::from(self.sectors)
    }

    /// The offset of its parameter table in the ROM.
    pub fn table(&self) -> u16 {
        let number = FORMATS.iter().position(|format| format == self).unwrap_or(0);
        rom::DISKETTE_TABLES + (number * self.parameters().len()) as u16
    }

    /// Its parameter table, as INT 1Eh points at it: two bytes of step rate, head unload and load times; ticks until the motor stops;
    /// 512 bytes a sector; sectors a track; a gap; no other data length; another gap; what a new sector is filled with; milliseconds
    /// for the head to settle; eighths of a second for the motor to start.
    pub fn parameters(&self) -> [u8; 11] {
        let (gap, format_gap) = self.gaps;
        [
            self.specify,
            0x02,
            0x25,
            0x02,
            self.sectors,
            gap,
            0xFF,
            format_gap,
            0xF6,
            0x0F,
            0x08,
        ]
    }
}

/// 1.44 MB, 2.88 MB, 1.2 MB, 720 KB, 360 KB.
pub const FORMATS: [Format; 5] = [
    Format::new(80, 2, 18, 4, 0xAF, (0x1B, 0x6C)),
    Format::new(80, 2, 36, 6, 0xAF, (0x1B, 0x54)),
    Format::new(80, 2, 15, 2, 0xDF, (0x1B, 0x54)),
    Format::new(80, 2, 9, 3, 0xDF, (0x2A, 0x50)),
    Format::new(40, 2, 9, 1, 0xDF, (0x2A, 0x50)),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_by_size() {
        for (bytes, drive_type, sectors) in [
            (368_640, 1, 9),
            (1_228_800, 2, 15),
            (737_280, 3, 9),
            (1_474_560, 4, 18),
            (2_949_120, 6, 36),
        ] {
            let format = Format::of(bytes / 512).unwrap();
            assert_eq!((format.drive_type, format.parameters()[4]), (drive_type, sectors));
        }
        assert_eq!(Format::of(2881), None);
    }
}
