//! INT 10h: the text screen.

use super::caller::Caller;
use super::data;
use crate::cpu::VirtualCpu;
use crate::guest::{Guest, GuestRam};
use crate::host::Host;
use crate::memory::MemoryError;
use crate::memory::layout::TEXT;
use bounds::Clip;
use devices::Width;
use vmx::addr::Gpa;
use vmx::state::SegmentName;
use vmx::state::gpr::{RAX, RBP, RBX, RCX, RDX};

const COLUMNS: u8 = 80;
const ROWS: u8 = 25;
/// Light grey on black.
const NORMAL: u8 = 0x07;

/// Carries out a service.
pub fn serve<C: VirtualCpu, M: GuestRam, H: Host>(caller: &mut Caller<'_, C>, guest: &mut Guest<M, H>) {
    match caller.ah() {
        // Set the mode: text it stays, cleared unless bit 7 says no.
        0x00 => {
            if caller.al() & 0x80 == 0 {
                let _ = clear(guest, NORMAL);
            }
            move_cursor(guest, 0, 0);
        }
        0x01 => {
            let shape = caller.cx();
            data::store(&mut guest.memory, data::CURSOR_SHAPE, &shape.to_le_bytes());
            crtc(guest, 0x0A, (shape >> 8) as u8);
            crtc(guest, 0x0B, shape as u8);
        }
        0x02 => {
            let place = caller.dx();
            move_cursor(guest, (place >> 8) as u8, place as u8);
        }
        0x03 => {
            let (row, column) = cursor(guest);
            let shape = data::word(&guest.memory, data::CURSOR_SHAPE);
            caller.set_word(RDX, u16::from(row) << 8 | u16::from(column));
            caller.set_word(RCX, shape);
        }
        0x06 => window(caller, guest, true),
        0x07 => window(caller, guest, false),
        0x08 => {
            let (row, column) = cursor(guest);
            let cell = data::word(&guest.memory, cell(row, column));
            caller.set_word(RAX, cell);
        }
        0x09 => repeat(caller, guest, true),
        0x0A => repeat(caller, guest, false),
        0x0E => {
            let character = caller.al();
            teletype(guest, character, None);
        }
        0x0F => {
            caller.set_word(RAX, u16::from(COLUMNS) << 8 | 3);
            caller.set_high(RBX, 0);
        }
        0x13 => string(caller, guest),
        // Which adapter: VGA with a colour screen.
        0x1A if caller.al() == 0 => {
            caller.set_low(RAX, 0x1A);
            caller.set_word(RBX, 0x0008);
        }
        // Everything else concerns graphics, palettes and fonts, or is VBE, whose callers look for 004Fh in AX.
        0x4F => caller.set_word(RAX, 0x0100),
        _ => {}
    }
}

/// Clears the screen.
pub fn clear<M: GuestRam, H: Host>(guest: &mut Guest<M, H>, attribute: u8) -> Result<(), MemoryError> {
    let line = blank_line(attribute);
    (0..ROWS).try_for_each(|row| guest.memory.write(Gpa(cell(row, 0)), &line))
}

/// Prints a character where the cursor is, as a teletype would.
pub fn teletype<M: GuestRam, H: Host>(guest: &mut Guest<M, H>, character: u8, attribute: Option<u8>) {
    let (mut row, mut column) = cursor(guest);
    match character {
        0x07 => return,
        0x08 => column = column.saturating_sub(1),
        b'\r' => column = 0,
        b'\n' => row += 1,
        _ => {
            let at = cell(row, column);
            data::store(&mut guest.memory, at, &[character]);
            if let Some(attribute) = attribute {
                data::store(&mut guest.memory, at + 1, &[attribute]);
            }
            column += 1;
            if column == COLUMNS {
                column = 0;
                row += 1;
            }
        }
    }
    if row >= ROWS {
        row = ROWS - 1;
        let attribute = data::byte(&guest.memory, cell(row, 0) + 1);
        scroll(
            guest,
            Area {
                top: 0,
                left: 0,
                bottom: ROWS - 1,
                right: COLUMNS - 1,
            },
            1,
            attribute,
            true,
        );
    }
    move_cursor(guest, row, column);
}

/// A rectangle of the screen, borders included.
#[derive(Clone, Copy)]
struct Area {
    top: u8,
    left: u8,
    bottom: u8,
    right: u8,
}

/// AH=06h and 07h: scrolls a window up or down; 0 lines clear it.
fn window<C: VirtualCpu, M: GuestRam, H: Host>(
    caller: &mut Caller<'_, C>,
    guest: &mut Guest<M, H>,
    up: bool,
) {
    let area = Area {
        top: caller.high(RCX),
        left: caller.low(RCX),
        bottom: caller.high(RDX).min(ROWS - 1),
        right: caller.low(RDX).min(COLUMNS - 1),
    };
    let (lines, attribute) = (caller.al(), caller.high(RBX));
    if area.top <= area.bottom && area.left <= area.right {
        scroll(guest, area, lines, attribute, up);
    }
}

fn scroll<M: GuestRam, H: Host>(guest: &mut Guest<M, H>, area: Area, lines: u8, attribute: u8, up: bool) {
    let height = area.bottom - area.top + 1;
    let lines = if lines == 0 { height } else { lines.min(height) };
    let width = 2 * usize::from(area.right - area.left + 1);
    let blank = blank_line(attribute);
    let mut line = [0; 2 * COLUMNS as usize];
    for step in 0..height {
        let (to, from) = if up {
            (area.top + step, area.top + step + lines)
        } else {
            (area.bottom - step, (area.bottom - step).wrapping_sub(lines))
        };
        let bytes = if step < height - lines {
            // Text memory is always there.
            let _ = guest
                .memory
                .read(Gpa(cell(from, area.left)), line.upto_mut(width));
            line.upto(width)
        } else {
            blank.upto(width)
        };
        data::store(&mut guest.memory, cell(to, area.left), bytes);
    }
}

/// AH=09h and 0Ah: a character, CX times, without moving the cursor.
fn repeat<C: VirtualCpu, M: GuestRam, H: Host>(
    caller: &mut Caller<'_, C>,
    guest: &mut Guest<M, H>,
    with_attribute: bool,
) {
    let (row, column) = cursor(guest);
    let (character, attribute) = (caller.al(), caller.low(RBX));
    let first = cell(row, column);
    let room = (cell(ROWS, 0) - first) / 2;
    for index in 0..u64::from(caller.cx()).min(room) {
        data::store(&mut guest.memory, first + 2 * index, &[character]);
        if with_attribute {
            data::store(&mut guest.memory, first + 2 * index + 1, &[attribute]);
        }
    }
}

/// AH=13h: a string at ES:BP; AL bit 0 moves the cursor, bit 1 says that attributes are between the characters.
fn string<C: VirtualCpu, M: GuestRam, H: Host>(caller: &mut Caller<'_, C>, guest: &mut Guest<M, H>) {
    let (options, length, place) = (caller.al(), caller.cx(), caller.dx());
    let mut attribute = caller.low(RBX);
    // 64 KiB of line feeds scroll for seconds: the host's interrupts must not wait for that.
    caller.cpu.unload();
    let before = cursor(guest);
    move_cursor(guest, (place >> 8) as u8, place as u8);
    let mut offset = caller.word(RBP);
    for _ in 0..length {
        let at = caller.address(SegmentName::Es, offset);
        let character = data::byte(&guest.memory, at.0);
        offset = offset.wrapping_add(1);
        if options & 2 != 0 {
            let at = caller.address(SegmentName::Es, offset);
            attribute = data::byte(&guest.memory, at.0);
            offset = offset.wrapping_add(1);
        }
        teletype(guest, character, Some(attribute));
    }
    if options & 1 == 0 {
        move_cursor(guest, before.0, before.1);
    }
}

/// The address of a cell.
fn cell(row: u8, column: u8) -> u64 {
    TEXT + 2 * (u64::from(row) * u64::from(COLUMNS) + u64::from(column))
}

fn blank_line(attribute: u8) -> [u8; 2 * COLUMNS as usize] {
    core::array::from_fn(|index| if index % 2 == 0 { b' ' } else { attribute })
}

/// Row and column, on the screen whatever the data area says.
fn cursor<M: GuestRam, H: Host>(guest: &Guest<M, H>) -> (u8, u8) {
    let place = data::word(&guest.memory, data::CURSOR);
    (((place >> 8) as u8).min(ROWS - 1), (place as u8).min(COLUMNS - 1))
}

fn move_cursor<M: GuestRam, H: Host>(guest: &mut Guest<M, H>, row: u8, column: u8) {
    data::store(&mut guest.memory, data::CURSOR, &[column, row]);
    let cell = u16::from(row) * u16::from(COLUMNS) + u16::from(column);
    crtc(guest, 0x0E, (cell >> 8) as u8);
    crtc(guest, 0x0F, cell as u8);
}

/// Writes a register of the CRT controller.
fn crtc<M: GuestRam, H: Host>(guest: &mut Guest<M, H>, register: u8, value: u8) {
    let now = guest.now();
    guest.board.write(0x3D4, Width::Byte, u32::from(register), now);
    guest.board.write(0x3D5, Width::Byte, u32::from(value), now);
}
