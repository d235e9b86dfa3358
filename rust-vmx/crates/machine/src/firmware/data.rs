//! The BIOS data area at 40:0, which programs read directly.

use super::drives::Drives;
use crate::guest::{Guest, GuestRam};
use crate::host::Host;
use crate::memory::MemoryError;
use crate::memory::layout::LOW_MEMORY_END;
use vmx::addr::Gpa;

/// The area's segment begins here; pointers in it are offsets from here.
pub const AREA: u64 = 0x400;
/// Addresses of the fields.
pub const COM1: u64 = 0x400;
pub const EBDA_SEGMENT: u64 = 0x40E;
pub const EQUIPMENT: u64 = 0x410;
pub const MEMORY_KIB: u64 = 0x413;
pub const SHIFT_FLAGS: u64 = 0x417;
pub const KEYS_DOWN: u64 = 0x418;
pub const ALT_NUMBER: u64 = 0x419;
pub const KEY_HEAD: u64 = 0x41A;
pub const KEY_TAIL: u64 = 0x41C;
pub const KEY_BUFFER: u64 = 0x41E;
pub const KEY_BUFFER_END: u64 = 0x43E;
pub const DISKETTE_STATUS: u64 = 0x441;
pub const VIDEO_MODE: u64 = 0x449;
pub const COLUMNS: u64 = 0x44A;
pub const PAGE_SIZE: u64 = 0x44C;
pub const PAGE_START: u64 = 0x44E;
pub const CURSORS: u64 = 0x450;
pub const CURSOR_SHAPE: u64 = 0x460;
pub const ACTIVE_PAGE: u64 = 0x462;
pub const CRTC_PORT: u64 = 0x463;
pub const MODE_REGISTER: u64 = 0x465;
pub const TICKS: u64 = 0x46C;
pub const MIDNIGHT: u64 = 0x470;
pub const BREAK_FLAG: u64 = 0x471;
pub const DISK_STATUS: u64 = 0x474;
pub const DISK_COUNT: u64 = 0x475;
pub const KEY_START_POINTER: u64 = 0x480;
pub const KEY_END_POINTER: u64 = 0x482;
pub const LAST_ROW: u64 = 0x484;
pub const CHARACTER_HEIGHT: u64 = 0x485;
pub const VIDEO_CONTROL: u64 = 0x487;
pub const VIDEO_SWITCHES: u64 = 0x488;
pub const VIDEO_FLAGS: u64 = 0x489;
pub const DISPLAY_COMBINATION: u64 = 0x48A;
pub const KEYBOARD_MODE: u64 = 0x496;
pub const KEYBOARD_LIGHTS: u64 = 0x497;
pub const WAIT_ACTIVE: u64 = 0x4A0;
/// What became of the last Print Screen, in the segment behind.
pub const PRINT_STATUS: u64 = 0x500;

/// In [`MODE_REGISTER`]: attribute bit 7 blinks; 80 columns, picture on.
pub const BLINK: u8 = 1 << 5;
const MODE_3: u8 = BLINK | 1 << 3 | 1;
/// In [`KEYBOARD_MODE`]: the keyboard has 101 keys.
const ENHANCED_KEYBOARD: u8 = 1 << 4;

/// Coprocessor, 80 by 25 colour text, one serial port; the diskette drives come on top.
const EQUIPMENT_LIST: u16 = 1 << 1 | 0b10 << 4 | 1 << 9;

/// Fills the area in.
pub fn install<M: GuestRam, H: Host>(guest: &mut Guest<M, H>) -> Result<(), MemoryError> {
    let (diskettes, disks) = (
        Drives::DISKETTES.count(&guest.disks),
        Drives::HARD_DISKS.count(&guest.disks),
    );
    let drives = match diskettes {
        0 => 0,
        count => u16::from(count - 1) << 6 | 1,
    };
    let words = [
        (COM1, 0x3F8),
        (EBDA_SEGMENT, (LOW_MEMORY_END >> 4) as u16),
        (EQUIPMENT, EQUIPMENT_LIST | drives),
        (MEMORY_KIB, (LOW_MEMORY_END >> 10) as u16),
        (KEY_HEAD, (KEY_BUFFER - AREA) as u16),
        (KEY_TAIL, (KEY_BUFFER - AREA) as u16),
        (VIDEO_MODE, 3),
        (COLUMNS, 80),
        (PAGE_SIZE, 4096),
        (CURSOR_SHAPE, 0x0D0E),
        (CRTC_PORT, 0x3D4),
        (KEY_START_POINTER, (KEY_BUFFER - AREA) as u16),
        (KEY_END_POINTER, (KEY_BUFFER_END - AREA) as u16),
        (CHARACTER_HEIGHT, 16),
    ];
    for (at, value) in words {
        guest.memory.write(Gpa(at), &u16::to_le_bytes(value))?;
    }
    let bytes = [
        (MODE_REGISTER, MODE_3),
        (DISK_COUNT, disks),
        (LAST_ROW, 24),
        // A VGA with 256 KiB, a colour display, 400 lines.
        (VIDEO_CONTROL, 0x60),
        (VIDEO_SWITCHES, 0xF9),
        (VIDEO_FLAGS, 0x51),
        (DISPLAY_COMBINATION, 8),
        (KEYBOARD_MODE, ENHANCED_KEYBOARD),
        // The extended data area begins with its size in KiB.
        (LOW_MEMORY_END, 1),
    ];
    for (at, value) in bytes {
        guest.memory.write(Gpa(at), &[value])?;
    }
    Ok(())
}
