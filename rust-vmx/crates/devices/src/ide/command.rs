//! The commands of a disk (ATA/ATAPI-6, clause 8; the doubled codes and the CHS ones are from ATA-1 to ATA/ATAPI-5).

/// How a command addresses its sectors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Width {
    /// 28-bit LBA or CHS, up to 256 sectors.
    Bits28,
    /// 48-bit LBA, up to 65536 sectors.
    Bits48,
}

/// A command that the disk knows. Everything else is aborted, as the standard asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Command {
    Recalibrate,
    Read { width: Width, multiple: bool },
    Write { width: Width, multiple: bool },
    Verify { width: Width },
    Seek,
    Diagnose,
    InitializeParameters,
    SetMultiple,
    SetFeatures,
    Identify,
    Flush,
    ReadNativeMax { width: Width },
    Idle,
    Standby,
    CheckPower,
}

impl Command {
    pub(super) fn decode(code: u8) -> Option<Self> {
        use Width::{Bits28, Bits48};
        Some(match code {
            0x10..=0x1F => Self::Recalibrate,
            0x20 | 0x21 => Self::Read {
                width: Bits28,
                multiple: false,
            },
            0x24 => Self::Read {
                width: Bits48,
                multiple: false,
            },
            0x27 => Self::ReadNativeMax { width: Bits48 },
            0x29 => Self::Read {
                width: Bits48,
                multiple: true,
            },
            // 0x3C is WRITE VERIFY: what was written is readable by construction.
            0x30 | 0x31 | 0x3C => Self::Write {
                width: Bits28,
                multiple: false,
            },
            0x34 => Self::Write {
                width: Bits48,
                multiple: false,
            },
            0x39 => Self::Write {
                width: Bits48,
                multiple: true,
            },
            0x40 | 0x41 => Self::Verify { width: Bits28 },
            0x42 => Self::Verify { width: Bits48 },
            0x70..=0x7F => Self::Seek,
            0x90 => Self::Diagnose,
            0x91 => Self::InitializeParameters,
            // IDLE IMMEDIATE and IDLE, in both numberings.
            0x95 | 0x97 | 0xE1 | 0xE3 => Self::Idle,
            // STANDBY IMMEDIATE, STANDBY and SLEEP.
            0x94 | 0x96 | 0x99 | 0xE0 | 0xE2 | 0xE6 => Self::Standby,
            0x98 | 0xE5 => Self::CheckPower,
            0xC4 => Self::Read {
                width: Bits28,
                multiple: true,
            },
            0xC5 => Self::Write {
                width: Bits28,
                multiple: true,
            },
            0xC6 => Self::SetMultiple,
            0xE7 | 0xEA => Self::Flush,
            0xEC => Self::Identify,
            0xEF => Self::SetFeatures,
            0xF8 => Self::ReadNativeMax { width: Bits28 },
            _ => return None,
        })
    }
}
