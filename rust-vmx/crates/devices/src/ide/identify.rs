//! The 256 words of IDENTIFY DEVICE (ATA/ATAPI-6, 8.15).

use super::SECTOR_SIZE;
use super::drive::Drive;
use super::geometry::Geometry;

/// Sectors a READ MULTIPLE block may have at most. Real drives stop at 16, the largest power of two that the word can tell is this;
/// each block costs a guest ten exits.
pub(super) const MAX_MULTIPLE: u8 = 128;

/// LBA28 ends here.
pub(super) const MAX_LBA_28: u64 = 0x0FFF_FFFF;

const MODEL: &str = "SWEB-VMX VIRTUAL DISK";
const FIRMWARE: &str = "1.0";

/// Words that do not depend on the disk, with what their bits say.
const CONSTANT: &[(usize, u16)] = &[
    (0, 0x0040),                                 // an ATA device that is not removable
    (20, 3),                                     // dual-ported buffer with look-ahead
    (21, 128),                                   // of 64 KiB
    (47, 0x8000 | MAX_MULTIPLE as u16),          // READ MULTIPLE up to here
    (48, 1),                                     // the data port takes 32-bit accesses
    (49, 1 << 11 | 1 << 9),                      // IORDY, LBA; no DMA
    (50, 1 << 14),                               // the word is valid
    (51, 2 << 8),                                // PIO mode 2 without IORDY
    (53, 0b011),                                 // words 54 to 58 and 64 to 70 are valid
    (64, 0b11),                                  // PIO modes 3 and 4
    (67, 120),                                   // 120 ns a PIO cycle without
    (68, 120),                                   // and with IORDY
    (80, 1 << 6 | 1 << 5 | 1 << 4),              // ATA/ATAPI-4 to 6
    (82, 1 << 14 | 1 << 6 | 1 << 5 | 1 << 3),    // NOP, look-ahead, write cache, power management
    (83, 1 << 14 | 1 << 13 | 1 << 12 | 1 << 10), // valid; FLUSH CACHE EXT, FLUSH CACHE, 48-bit addresses
    (84, 1 << 14),                               // valid
    (86, 1 << 13 | 1 << 12 | 1 << 10),           // as word 83: always enabled
    (87, 1 << 14),                               // valid
];

/// The data block.
pub(super) fn identify(drive: &Drive) -> [u8; SECTOR_SIZE] {
    let mut words = [0_u16; SECTOR_SIZE / 2];
    for &(index, value) in CONSTANT {
        if let Some(word) = words.get_mut(index) {
            *word = value;
        }
    }
    let default = Geometry::default_for(drive.capacity());
    words[1] = default.cylinders;
    words[3] = default.heads.into();
    words[6] = default.sectors.into();
    text(&mut words[10..20], drive.serial());
    text(&mut words[23..27], FIRMWARE);
    text(&mut words[27..47], MODEL);

    let current = drive.geometry();
    words[54] = current.cylinders;
    words[55] = current.heads.into();
    words[56] = current.sectors.into();
    number(&mut words[57..59], current.capacity().into());
    if drive.multiple() != 0 {
        words[59] = 1 << 8 | u16::from(drive.multiple());
    }
    number(&mut words[60..62], drive.capacity().min(MAX_LBA_28));
    words[85] = words[82] & !(1 << 6 | 1 << 5)
        | u16::from(drive.look_ahead()) << 6
        | u16::from(drive.write_cache()) << 5;
    // Diagnostics passed; the number was set by a jumper.
    words[93] = if drive.is_slave() { 0x4300 } else { 0x400B };
    number(&mut words[100..104], drive.capacity());

    let mut block = [0; SECTOR_SIZE];
    for (bytes, word) in block.chunks_exact_mut(2).zip(words) {
        bytes.copy_from_slice(&word.to_le_bytes());
    }
    // Word 255: a signature, and the byte that makes the sum of all bytes zero.
    block[SECTOR_SIZE - 2] = 0xA5;
    let sum = block.iter().fold(0_u8, |sum, &byte| sum.wrapping_add(byte));
    block[SECTOR_SIZE - 1] = sum.wrapping_neg();
    block
}

/// A string: padded with blanks, the first character of each pair in the high byte.
fn text(words: &mut [u16], text: &str) {
    let printable = |byte: u8| if (0x20..0x7F).contains(&byte) { byte } else { b'?' };
    let mut bytes = text.bytes().map(printable).chain(core::iter::repeat(b' '));
    for word in words {
        *word = u16::from_be_bytes([bytes.next().unwrap_or(b' '), bytes.next().unwrap_or(b' ')]);
    }
}

/// A number, least significant word first.
fn number(words: &mut [u16], value: u64) {
    for (index, word) in words.iter_mut().enumerate() {
        *word = (value >> (16 * index)) as u16;
    }
}
