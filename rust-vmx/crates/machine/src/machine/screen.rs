//! The screen, as other threads see it.

use super::{Machine, Stop};
use crate::control::{COLUMNS, ROWS};
use crate::cpu::VirtualCpu;
use crate::guest::{Guest, GuestRam};
use crate::host::Host;
use crate::memory::layout::TEXT;
use vmx::addr::Gpa;

/// How often the screen is published at most, in nanoseconds.
const SCREEN_INTERVAL: u64 = 10_000_000;

impl<C: VirtualCpu, M: GuestRam, H: Host> Machine<C, M, H> {
    /// Whether the screen is to be published at this return: at intervals while somebody looks, and always when no
    /// other chance comes soon.
    pub(super) fn shows_now(&self, stop: &Stop) -> bool {
        let now = self.guest.now();
        match stop {
            Stop::Preempted => {}
            Stop::Halted {
                deadline_ns: Some(at),
            } if *at < self.guest.host.now_ns() + SCREEN_INTERVAL => {}
            _ => return true,
        }
        now.since(self.published) >= SCREEN_INTERVAL && self.guest.control.screen.take_wanted()
    }

    /// Copies the visible text to where other threads find it.
    pub(super) fn publish_screen(&mut self) {
        self.published = self.guest.now();
        let Guest {
            board,
            memory,
            control,
            ..
        } = &self.guest;
        let visible = board.text_visible();
        let mut picture = [[0; 2 * COLUMNS]; ROWS];
        if visible {
            let (start, per_row) = board.text_window();
            read_text(memory, start.into(), per_row.into(), &mut picture);
        }
        for (row, bytes) in picture.iter().enumerate() {
            control.screen.set_row(row, bytes);
        }
        let cursor = board
            .cursor()
            .filter(|_| visible)
            .map(|cursor| (cursor.column as u8, cursor.row as u8));
        control.screen.set_cursor(cursor);
    }
}

/// Reads the text that begins at a cell and goes on, `per_row` cells later, with the next row. What cannot be read stays dark.
fn read_text<M: GuestRam>(memory: &M, start: usize, per_row: usize, picture: &mut [[u8; 2 * COLUMNS]; ROWS]) {
    // Text memory is 32 KiB and wraps.
    const BYTES: usize = 0x8000;
    let place = |cell: usize| 2 * cell % BYTES;
    let whole = picture.as_flattened_mut();
    if per_row == COLUMNS && place(start) + whole.len() <= BYTES {
        let at = Gpa(TEXT + place(start) as u64);
        if memory.read(at, whole).is_ok() {
            return;
        }
    }
    for (index, row) in picture.iter_mut().enumerate() {
        let at = Gpa(TEXT + place(start + index * per_row) as u64);
        if memory.read(at, row).is_err() {
            row.fill(0);
        }
    }
}
