//! INT 10h: text on the screen.
//!
//! There are no other modes than text, no loadable fonts and no VESA BIOS: calls about them return with the registers unchanged, which
//! is how callers tell that nobody answered.

use super::caller::Caller;
use super::screen::{self, Area, COLUMNS, PAGES, Place, ROWS};
use super::{data, rom};
use crate::cpu::VirtualCpu;
use crate::guest::{Guest, GuestRam};
use crate::host::Host;
use crate::memory::MemoryError;
use crate::memory::layout::TEXT;
use vmx::addr::Gpa;
use vmx::state::SegmentName;
use vmx::state::gpr::{RAX, RBP, RBX, RCX, RDX};

/// Light grey on black.
const NORMAL: u8 = 0x07;
/// Text with 80 columns, in shades of grey and in colours, which is one and the same on a VGA.
const TEXT_MODES: [u8; 2] = [2, 3];
/// In the mode of AH=00h, and in the data area: the memory is left alone.
const KEEP_MEMORY: u8 = 0x80;

/// Clears all pages.
pub fn install<M: GuestRam, H: Host>(guest: &mut Guest<M, H>) -> Result<(), MemoryError> {
    let line = screen::blank_line(NORMAL);
    (0..ALL_LINES).try_for_each(|number| guest.memory.write(Gpa(TEXT + number * line.len() as u64), &line))
}

/// So many lines of memory are cleared: what is between two pages too.
const ALL_LINES: u64 = PAGES as u64 * screen::PAGE / (2 * COLUMNS as u64);

/// Carries out a service.
pub fn serve<C: VirtualCpu, M: GuestRam, H: Host>(caller: &mut Caller<'_, C, M, H>) {
    let page = caller.high(RBX);
    match caller.ah() {
        0x00 => set_mode(caller),
        0x01 => {
            let shape = caller.cx();
            caller.store_word(data::CURSOR_SHAPE, shape);
            screen::set_register(caller, 0x0A, (shape >> 8) as u8);
            screen::set_register(caller, 0x0B, shape as u8);
        }
        0x02 => {
            let [row, column] = caller.dx().to_be_bytes();
            screen::set_cursor(caller, Place { page, row, column });
        }
        0x03 => {
            let place = screen::cursor(caller, page);
            let shape = caller.load_word(data::CURSOR_SHAPE);
            caller.set_word(RDX, u16::from_be_bytes([place.row, place.column]));
            caller.set_word(RCX, shape);
        }
        0x05 => {
            let page = caller.al();
            if page < PAGES {
                screen::show_page(caller, page);
            }
        }
        0x06 => window(caller, true),
        0x07 => window(caller, false),
        0x08 => {
            let place = screen::cursor(caller, page);
            let cell = caller.load_word(place.address());
            caller.set_word(RAX, cell);
        }
        0x09 => repeat(caller, page, true),
        0x0A => repeat(caller, page, false),
        0x0E => {
            let character = caller.al();
            teletype(caller, character);
        }
        0x0F => {
            let mode = caller.load_byte(data::VIDEO_MODE);
            let kept = caller.load_byte(data::VIDEO_CONTROL) & KEEP_MEMORY;
            let page = screen::active_page(caller);
            caller.set_word(RAX, u16::from_be_bytes([COLUMNS, mode | kept]));
            caller.set_high(RBX, page);
        }
        0x10 if caller.al() == 0x03 => set_blink(caller),
        0x11 if caller.al() == 0x30 => font(caller),
        0x12 if caller.low(RBX) == 0x10 => adapter(caller),
        0x13 => string(caller, page),
        // Which adapter: VGA with a colour screen, and no other.
        0x1A if caller.al() == 0x00 => {
            let combination = caller.load_byte(data::DISPLAY_COMBINATION);
            caller.set_low(RAX, 0x1A);
            caller.set_word(RBX, combination.into());
        }
        _ => {}
    }
}

/// Prints a character on the page that is shown.
pub fn teletype<C: VirtualCpu, M: GuestRam, H: Host>(caller: &mut Caller<'_, C, M, H>, character: u8) {
    let page = screen::active_page(caller);
    screen::print(caller, page, character, None);
}

/// AH=00h: a text mode, with the screen cleared unless bit 7 says no. What is no text mode is not set.
fn set_mode<C: VirtualCpu, M: GuestRam, H: Host>(caller: &mut Caller<'_, C, M, H>) {
    const SHAPE: u16 = 0x0D0E;
    let (mode, keep) = (caller.al() & !KEEP_MEMORY, caller.al() & KEEP_MEMORY);
    if !TEXT_MODES.contains(&mode) {
        return;
    }
    let now = caller.guest.now();
    caller.guest.board.set_text_mode(now);
    caller.store_byte(data::VIDEO_MODE, mode);
    let control = caller.load_byte(data::VIDEO_CONTROL) & !KEEP_MEMORY;
    caller.store_byte(data::VIDEO_CONTROL, control | keep);
    let register = caller.load_byte(data::MODE_REGISTER);
    caller.store_byte(data::MODE_REGISTER, register | data::BLINK);
    caller.store_word(data::CURSOR_SHAPE, SHAPE);
    caller.store(data::CURSORS, &[0; 2 * PAGES as usize]);
    screen::show_page(caller, 0);
    if keep == 0 {
        let line = screen::blank_line(NORMAL);
        for number in 0..ALL_LINES {
            caller.store(TEXT + number * line.len() as u64, &line);
        }
    }
}

/// AH=06h and 07h: scrolls a window of the page that is shown, up or down.
fn window<C: VirtualCpu, M: GuestRam, H: Host>(caller: &mut Caller<'_, C, M, H>, up: bool) {
    let area = Area {
        page: screen::active_page(caller),
        top: caller.high(RCX),
        left: caller.low(RCX),
        bottom: caller.high(RDX).min(ROWS - 1),
        right: caller.low(RDX).min(COLUMNS - 1),
    };
    let (lines, attribute) = (caller.al(), caller.high(RBX));
    if area.top <= area.bottom && area.left <= area.right {
        screen::scroll(caller, area, lines, attribute, up);
    }
}

/// AH=09h and 0Ah: writes a character CX times, from the cursor of a page on, which stays.
fn repeat<C: VirtualCpu, M: GuestRam, H: Host>(
    caller: &mut Caller<'_, C, M, H>,
    page: u8,
    with_attribute: bool,
) {
    let place = screen::cursor(caller, page);
    let (character, attribute) = (caller.al(), caller.low(RBX));
    for index in 0..u64::from(caller.cx().min(place.rest())) {
        let at = place.address() + 2 * index;
        caller.store_byte(at, character);
        if with_attribute {
            caller.store_byte(at + 1, attribute);
        }
    }
}

/// AX=1003h: whether bit 7 of an attribute blinks, or makes the background bright.
fn set_blink<C: VirtualCpu, M: GuestRam, H: Host>(caller: &mut Caller<'_, C, M, H>) {
    /// The mode register of the attribute controller, with the screen on.
    const MODE: u8 = 0x10 | 1 << 5;
    const BLINK: u8 = 1 << 3;
    let on = match caller.low(RBX) {
        0 => false,
        1 => true,
        _ => return,
    };
    // The next write is an index then.
    caller.input(0x3DA);
    caller.output(0x3C0, MODE);
    let mode = caller.input(0x3C1);
    caller.output(0x3C0, if on { mode | BLINK } else { mode & !BLINK });
    let register = caller.load_byte(data::MODE_REGISTER);
    let register = if on {
        register | data::BLINK
    } else {
        register & !data::BLINK
    };
    caller.store_byte(data::MODE_REGISTER, register);
}

/// AX=1130h: how high characters are, the last row, and a font, which is blank: glyphs are those of the host's terminal.
fn font<C: VirtualCpu, M: GuestRam, H: Host>(caller: &mut Caller<'_, C, M, H>) {
    const LAST_FONT: u8 = 7;
    if caller.high(RBX) > LAST_FONT {
        return;
    }
    let (height, last_row) = (
        caller.load_word(data::CHARACTER_HEIGHT),
        caller.load_byte(data::LAST_ROW),
    );
    caller.set_word(RCX, height);
    caller.set_low(RDX, last_row);
    caller.set_segment(SegmentName::Es, rom::SEGMENT);
    caller.set_word(RBP, rom::BLANK_FONT);
}

/// AH=12h, BL=10h: an EGA or better, with a colour screen, all memory, its feature bits and switches.
fn adapter<C: VirtualCpu, M: GuestRam, H: Host>(caller: &mut Caller<'_, C, M, H>) {
    const COLOUR: u8 = 0;
    const MEMORY_256K: u8 = 3;
    let switches = caller.load_byte(data::VIDEO_SWITCHES);
    caller.set_word(RBX, u16::from_be_bytes([COLOUR, MEMORY_256K]));
    caller.set_word(RCX, u16::from_be_bytes([switches >> 4, switches & 0x0F]));
}

/// AH=13h: a string at ES:BP, on a page; AL bit 0 moves the cursor, bit 1 says that attributes are between the characters.
fn string<C: VirtualCpu, M: GuestRam, H: Host>(caller: &mut Caller<'_, C, M, H>, page: u8) {
    let (options, length) = (caller.al(), caller.cx());
    let [row, column] = caller.dx().to_be_bytes();
    let mut attribute = caller.low(RBX);
    // 64 KiB of line feeds scroll for seconds: the host's interrupts must not wait for that.
    caller.cpu.unload();
    let before = screen::cursor(caller, page);
    screen::set_cursor(caller, Place { page, row, column });
    let mut offset = caller.word(RBP);
    for _ in 0..length {
        let at = caller.address(SegmentName::Es, offset);
        let character = caller.load_byte(at);
        offset = offset.wrapping_add(1);
        if options & 2 != 0 {
            let at = caller.address(SegmentName::Es, offset);
            attribute = caller.load_byte(at);
            offset = offset.wrapping_add(1);
        }
        screen::print(caller, page, character, Some(attribute));
    }
    if options & 1 == 0 {
        screen::set_cursor(caller, before);
    }
}
