//! The text screen: eight pages of 80 by 25 cells, of which one is shown; in each a cursor.

use super::caller::Caller;
use super::data;
use crate::cpu::VirtualCpu;
use crate::guest::GuestRam;
use crate::host::Host;
use crate::memory::layout::TEXT;
use bounds::Clip;

/// Its size.
pub const COLUMNS: u8 = 80;
pub const ROWS: u8 = 25;
/// How many pages there are.
pub const PAGES: u8 = 8;
/// Bytes from one to the next.
pub const PAGE: u64 = 4096;

/// A cell of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    pub page: u8,
    pub row: u8,
    pub column: u8,
}

impl Place {
    /// Its address.
    pub fn address(self) -> u64 {
        TEXT + u64::from(self.page % PAGES) * PAGE + 2 * u64::from(self.cell())
    }

    /// Its number in the page.
    fn cell(self) -> u16 {
        u16::from(self.row) * u16::from(COLUMNS) + u16::from(self.column)
    }

    /// How many cells there are from here to the end of the page.
    pub fn rest(self) -> u16 {
        (u16::from(ROWS) * u16::from(COLUMNS)).saturating_sub(self.cell())
    }
}

/// A rectangle of a page, borders included.
#[derive(Clone, Copy)]
pub struct Area {
    pub page: u8,
    pub top: u8,
    pub left: u8,
    pub bottom: u8,
    pub right: u8,
}

impl Area {
    /// All of a page.
    pub fn whole(page: u8) -> Self {
        Self {
            page,
            top: 0,
            left: 0,
            bottom: ROWS - 1,
            right: COLUMNS - 1,
        }
    }
}

/// The page that is shown.
pub fn active_page<C: VirtualCpu, M: GuestRam, H: Host>(caller: &mut Caller<'_, C, M, H>) -> u8 {
    caller.load_byte(data::ACTIVE_PAGE) % PAGES
}

/// Shows a page.
pub fn show_page<C: VirtualCpu, M: GuestRam, H: Host>(caller: &mut Caller<'_, C, M, H>, page: u8) {
    let page = page % PAGES;
    let start = u16::from(page) * PAGE as u16;
    caller.store_byte(data::ACTIVE_PAGE, page);
    caller.store_word(data::PAGE_START, start);
    set_register_pair(caller, 0x0C, start / 2);
    let place = cursor(caller, page);
    set_cursor(caller, place);
}

/// Where a page's cursor is: on the screen whatever the data area says.
pub fn cursor<C: VirtualCpu, M: GuestRam, H: Host>(caller: &mut Caller<'_, C, M, H>, page: u8) -> Place {
    let page = page % PAGES;
    let [column, row] = caller
        .load_word(data::CURSORS + 2 * u64::from(page))
        .to_le_bytes();
    Place {
        page,
        row: row.min(ROWS - 1),
        column: column.min(COLUMNS - 1),
    }
}

/// Moves a page's cursor.
pub fn set_cursor<C: VirtualCpu, M: GuestRam, H: Host>(caller: &mut Caller<'_, C, M, H>, place: Place) {
    let page = place.page % PAGES;
    caller.store(data::CURSORS + 2 * u64::from(page), &[place.column, place.row]);
    if page == active_page(caller) {
        let start = u16::from(page) * PAGE as u16 / 2;
        set_register_pair(caller, 0x0E, start.wrapping_add(place.cell()));
    }
}

/// Prints a character where a page's cursor is, as a teletype would.
pub fn print<C: VirtualCpu, M: GuestRam, H: Host>(
    caller: &mut Caller<'_, C, M, H>,
    page: u8,
    character: u8,
    attribute: Option<u8>,
) {
    let mut place = cursor(caller, page);
    match character {
        0x07 => return,
        0x08 => place.column = place.column.saturating_sub(1),
        b'\r' => place.column = 0,
        b'\n' => place.row += 1,
        _ => {
            let at = place.address();
            caller.store_byte(at, character);
            if let Some(attribute) = attribute {
                caller.store_byte(at + 1, attribute);
            }
            place.column += 1;
            if place.column == COLUMNS {
                place.column = 0;
                place.row += 1;
            }
        }
    }
    if place.row >= ROWS {
        place.row = ROWS - 1;
        let attribute = caller.load_byte(Place { column: 0, ..place }.address() + 1);
        scroll(caller, Area::whole(page), 1, attribute, true);
    }
    set_cursor(caller, place);
}

/// Scrolls an area up or down; 0 lines clear it.
pub fn scroll<C: VirtualCpu, M: GuestRam, H: Host>(
    caller: &mut Caller<'_, C, M, H>,
    area: Area,
    lines: u8,
    attribute: u8,
    up: bool,
) {
    let height = area.bottom - area.top + 1;
    let lines = if lines == 0 { height } else { lines.min(height) };
    let width = 2 * usize::from(area.right - area.left + 1);
    let line = |row| Place {
        page: area.page,
        row,
        column: area.left,
    };
    let blank = blank_line(attribute);
    for step in 0..height {
        let (to, from) = if up {
            (area.top + step, area.top + step + lines)
        } else {
            (area.bottom - step, (area.bottom - step).wrapping_sub(lines))
        };
        let mut cells = blank;
        let cells = cells.upto_mut(width);
        if step + lines < height {
            let _ = caller.read(line(from).address(), cells);
        }
        caller.store(line(to).address(), cells);
    }
}

/// A line of spaces.
pub fn blank_line(attribute: u8) -> [u8; 2 * COLUMNS as usize] {
    core::array::from_fn(|index| if index % 2 == 0 { b' ' } else { attribute })
}

/// Writes a register of the CRT controller.
pub fn set_register<C: VirtualCpu, M: GuestRam, H: Host>(
    caller: &mut Caller<'_, C, M, H>,
    register: u8,
    value: u8,
) {
    caller.output(0x3D4, register);
    caller.output(0x3D5, value);
}

/// Writes the register for the upper half of a number, and the one behind it.
fn set_register_pair<C: VirtualCpu, M: GuestRam, H: Host>(
    caller: &mut Caller<'_, C, M, H>,
    register: u8,
    value: u16,
) {
    let [high, low] = value.to_be_bytes();
    set_register(caller, register, high);
    set_register(caller, register + 1, low);
}
