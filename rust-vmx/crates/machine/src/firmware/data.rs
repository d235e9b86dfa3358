//! The BIOS data area at 40:0, which programs read directly.

use crate::guest::{Guest, GuestRam};
use crate::host::Host;
use crate::memory::layout::LOW_MEMORY_END;
use crate::memory::{MemoryError, PhysicalMemory};
use vmx::addr::Gpa;

/// Addresses of the fields.
pub const COM1: u64 = 0x400;
pub const EBDA_SEGMENT: u64 = 0x40E;
pub const EQUIPMENT: u64 = 0x410;
pub const MEMORY_KIB: u64 = 0x413;
pub const SHIFT_FLAGS: u64 = 0x417;
pub const KEY_HEAD: u64 = 0x41A;
pub const KEY_TAIL: u64 = 0x41C;
pub const KEY_BUFFER: u64 = 0x41E;
pub const KEY_BUFFER_END: u64 = 0x43E;
pub const VIDEO_MODE: u64 = 0x449;
pub const COLUMNS: u64 = 0x44A;
pub const PAGE_SIZE: u64 = 0x44C;
pub const CURSOR: u64 = 0x450;
pub const CURSOR_SHAPE: u64 = 0x460;
pub const CRTC_PORT: u64 = 0x463;
pub const TICKS: u64 = 0x46C;
pub const DISK_COUNT: u64 = 0x475;
pub const KEY_START_POINTER: u64 = 0x480;
pub const KEY_END_POINTER: u64 = 0x482;
pub const LAST_ROW: u64 = 0x484;
pub const CHARACTER_HEIGHT: u64 = 0x485;

/// Coprocessor, 80 by 25 colour text, one serial port.
const EQUIPMENT_LIST: u16 = 1 << 1 | 0b10 << 4 | 1 << 9;

/// Fills the area in.
pub fn install<M: GuestRam, H: Host>(guest: &mut Guest<M, H>) -> Result<(), MemoryError> {
    let disks = guest.disks.count() as u16;
    let words: [(u64, u16); 14] = [
        (COM1, 0x3F8),
        (EBDA_SEGMENT, (LOW_MEMORY_END >> 4) as u16),
        (EQUIPMENT, EQUIPMENT_LIST),
        (MEMORY_KIB, (LOW_MEMORY_END >> 10) as u16),
        (KEY_HEAD, (KEY_BUFFER - 0x400) as u16),
        (KEY_TAIL, (KEY_BUFFER - 0x400) as u16),
        (VIDEO_MODE, 3),
        (COLUMNS, 80),
        (PAGE_SIZE, 4096),
        (CURSOR_SHAPE, 0x0D0E),
        (CRTC_PORT, 0x3D4),
        (KEY_START_POINTER, (KEY_BUFFER - 0x400) as u16),
        (KEY_END_POINTER, (KEY_BUFFER_END - 0x400) as u16),
        (CHARACTER_HEIGHT, 16),
    ];
    for (at, value) in words {
        guest.memory.write(Gpa(at), &value.to_le_bytes())?;
    }
    guest.memory.write(Gpa(DISK_COUNT), &[disks as u8])?;
    guest.memory.write(Gpa(LAST_ROW), &[24])?;
    // The extended data area begins with its size in KiB.
    guest.memory.write(Gpa(LOW_MEMORY_END), &[1])
}

/// Reads a byte of low memory; 0 if there were none, which a machine always has.
pub fn byte(memory: &impl PhysicalMemory, at: u64) -> u8 {
    let mut bytes = [0];
    let _ = memory.read(Gpa(at), &mut bytes);
    bytes[0]
}

/// Writes bytes of low memory, which a machine always has.
pub fn store(memory: &mut impl PhysicalMemory, at: u64, bytes: &[u8]) {
    let _ = memory.write(Gpa(at), bytes);
}

/// Reads a word.
pub fn word(memory: &impl PhysicalMemory, at: u64) -> u16 {
    u16::from_le_bytes([byte(memory, at), byte(memory, at + 1)])
}
