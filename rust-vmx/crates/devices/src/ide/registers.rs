//! The task file of an ATA device and the bits of its registers (ATA/ATAPI-6, clause 7).

use serde::{Deserialize, Serialize};

/// Status register.
pub(super) mod status {
    /// The device works and its registers mean nothing.
    pub const BSY: u8 = 1 << 7;
    /// The device takes commands.
    pub const DRDY: u8 = 1 << 6;
    /// Device fault.
    pub const DF: u8 = 1 << 5;
    /// The heads have settled; drives of this kind always say so.
    pub const DSC: u8 = 1 << 4;
    /// The device wants data read or written.
    pub const DRQ: u8 = 1 << 3;
    /// The error register says more.
    pub const ERR: u8 = 1 << 0;
    /// Nothing to do, nothing wrong.
    pub const READY: u8 = DRDY | DSC;
}

/// Error register.
pub(super) mod error {
    /// Reading: the medium cannot be read.
    pub const UNC: u8 = 1 << 6;
    /// Writing: the medium is write-protected.
    pub const WP: u8 = 1 << 6;
    /// No such sector.
    pub const IDNF: u8 = 1 << 4;
    /// Command aborted.
    pub const ABRT: u8 = 1 << 2;
    /// Diagnostic code: this device passed (and the other passed or is absent).
    pub const PASSED: u8 = 0x01;
}

/// Device control register.
pub(super) mod control {
    /// Reads give the previous contents of the two-deep registers.
    pub const HOB: u8 = 1 << 7;
    /// Both devices are held in reset.
    pub const SRST: u8 = 1 << 2;
    /// No interrupts.
    pub const NIEN: u8 = 1 << 1;
}

/// Device register: LBA addressing.
pub(super) const DEVICE_LBA: u8 = 1 << 6;
/// Device register: the slave is selected.
pub(super) const DEVICE_SLAVE: u8 = 1 << 4;
/// Device register: bits that were always 1 on older drives, and that old drivers expect.
pub(super) const DEVICE_OBSOLETE: u8 = 0xA0;

/// A register that remembers its previous content for 48-bit commands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Deep {
    pub(super) current: u8,
    pub(super) previous: u8,
}

impl Deep {
    fn push(&mut self, value: u8) {
        *self = Self {
            current: value,
            previous: self.current,
        };
    }

    fn read(self, previous: bool) -> u8 {
        if previous { self.previous } else { self.current }
    }

    /// Both contents as one number.
    pub(super) fn wide(self) -> u16 {
        u16::from_be_bytes([self.previous, self.current])
    }

    fn set_wide(&mut self, value: u16) {
        let [previous, current] = value.to_be_bytes();
        *self = Self { current, previous };
    }
}

/// The command block registers of one device.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct TaskFile {
    pub(super) features: Deep,
    pub(super) count: Deep,
    pub(super) low: Deep,
    pub(super) mid: Deep,
    pub(super) high: Deep,
    pub(super) device: u8,
}

impl TaskFile {
    /// What a disk shows after reset and diagnostics, by which a driver tells it from a packet device.
    pub(super) fn signature() -> Self {
        let one = Deep {
            current: 1,
            previous: 0,
        };
        Self {
            count: one,
            low: one,
            ..Self::default()
        }
    }

    /// A write to register 1 to 6.
    pub(super) fn write(&mut self, register: u16, value: u8) {
        match register {
            1 => self.features.push(value),
            2 => self.count.push(value),
            3 => self.low.push(value),
            4 => self.mid.push(value),
            5 => self.high.push(value),
            6 => self.device = value,
            _ => {}
        }
    }

    /// A read of register 2 to 6.
    pub(super) fn read(&self, register: u16, previous: bool) -> u8 {
        match register {
            2 => self.count.read(previous),
            3 => self.low.read(previous),
            4 => self.mid.read(previous),
            5 => self.high.read(previous),
            _ => self.device | DEVICE_OBSOLETE,
        }
    }

    /// Sector count of a 28-bit command.
    pub(super) fn count_28(&self) -> u32 {
        match self.count.current {
            0 => 256,
            count => count.into(),
        }
    }

    /// Sector count of a 48-bit command.
    pub(super) fn count_48(&self) -> u32 {
        match self.count.wide() {
            0 => 65_536,
            count => count.into(),
        }
    }

    /// The address of a 28-bit command in LBA mode.
    pub(super) fn lba_28(&self) -> u64 {
        u32::from_be_bytes([
            self.device & 15,
            self.high.current,
            self.mid.current,
            self.low.current,
        ])
        .into()
    }

    /// The address of a 48-bit command.
    pub(super) fn lba_48(&self) -> u64 {
        u64::from_be_bytes([
            0,
            0,
            self.high.previous,
            self.mid.previous,
            self.low.previous,
            self.high.current,
            self.mid.current,
            self.low.current,
        ])
    }

    pub(super) fn set_lba_28(&mut self, lba: u64) {
        let [low, mid, high, top, ..] = lba.to_le_bytes();
        (self.low.current, self.mid.current, self.high.current) = (low, mid, high);
        self.device = (self.device & 0xF0) | (top & 15);
    }

    pub(super) fn set_lba_48(&mut self, lba: u64) {
        let bytes = lba.to_le_bytes();
        self.low.set_wide(u16::from_le_bytes([bytes[0], bytes[3]]));
        self.mid.set_wide(u16::from_le_bytes([bytes[1], bytes[4]]));
        self.high.set_wide(u16::from_le_bytes([bytes[2], bytes[5]]));
    }

    pub(super) fn set_count_48(&mut self, count: u16) {
        self.count.set_wide(count);
    }
}
