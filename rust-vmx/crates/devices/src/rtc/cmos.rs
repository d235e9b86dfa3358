//! What firmware leaves in the CMOS memory of a PC/AT.
//!
//! Source: IBM PC/AT Technical Reference, "Real-Time Clock/CMOS RAM Information"; 0x30 and above by later convention, as
//! Bochs' and QEMU's firmware reads it.

use super::RtcConfig;
use bounds::Clip;

/// Bytes of one bank.
pub(super) const BANK: usize = 128;

const KIB: u64 = 1 << 10;
const MIB: u64 = 1 << 20;
const BASE_MEMORY_KIB: u16 = 640;

mod field {
    pub const DISKS: usize = 0x12;
    pub const EQUIPMENT: usize = 0x14;
    pub const BASE_MEMORY: usize = 0x15;
    pub const EXTENDED_MEMORY: usize = 0x17;
    pub const DISK_TYPES: usize = 0x19;
    pub const CHECKED: core::ops::RangeInclusive<usize> = 0x10..=0x2D;
    pub const CHECKSUM: usize = 0x2E;
    pub const EXTENDED_MEMORY_FOUND: usize = 0x30;
    pub const MEMORY_ABOVE_16_MIB: usize = 0x34;
}

/// Coprocessor, pointing device; no floppy drive; the display brings its own firmware.
const EQUIPMENT: u8 = 1 << 1 | 1 << 2;
/// Drive type 47, "user-defined": the nibble says that the type is in its own byte.
const TYPE_IS_EXTENDED: u8 = 0xF;
const USER_TYPE: u8 = 47;

/// The first bank. Clock registers are elsewhere.
pub(super) fn contents(config: &RtcConfig) -> [u8; BANK] {
    let mut cmos = [0; BANK];
    let disks = usize::from(config.disks.min(2));
    for disk in 0..disks {
        cmos[field::DISKS] |= TYPE_IS_EXTENDED << (4 - 4 * disk);
    }
    cmos.past_mut(field::DISK_TYPES).upto_mut(disks).fill(USER_TYPE);
    cmos[field::EQUIPMENT] = EQUIPMENT;
    let mut put = |at: usize, value: u16| bounds::copy(cmos.past_mut(at), &value.to_le_bytes());
    put(field::BASE_MEMORY, BASE_MEMORY_KIB);
    let extended = units(config.memory_bytes, MIB, KIB);
    put(field::EXTENDED_MEMORY, extended);
    put(field::EXTENDED_MEMORY_FOUND, extended);
    put(
        field::MEMORY_ABOVE_16_MIB,
        units(config.memory_bytes, 16 * MIB, 64 * KIB),
    );
    // Big-endian, unlike everything else.
    let sum = cmos[field::CHECKED]
        .iter()
        .fold(0_u16, |sum, &byte| sum + u16::from(byte));
    cmos[field::CHECKSUM..field::CHECKSUM + 2].copy_from_slice(&sum.to_be_bytes());
    cmos
}

/// Memory above `from`, in units, as far as 16 bits can say.
fn units(memory: u64, from: u64, unit: u64) -> u16 {
    u16::try_from(memory.saturating_sub(from) / unit).unwrap_or(u16::MAX)
}
