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
        let (start, per_row) = board.text_window();
        let visible = board.text_visible();
        let mut row_bytes = [0; 2 * COLUMNS];
        for row in 0..ROWS {
            // Text memory is 32 KiB and wraps.
            let cell = usize::from(start) + row * usize::from(per_row);
            let offset = (2 * cell as u64) & 0x7FFF;
            let readable = visible && memory.read(Gpa(TEXT + offset), &mut row_bytes).is_ok();
            if !readable {
                row_bytes.fill(0);
            }
            control.screen.set_row(row, &row_bytes);
        }
        let cursor = board
            .cursor()
            .filter(|_| visible)
            .map(|cursor| (cursor.column as u8, cursor.row as u8));
        control.screen.set_cursor(cursor);
    }
}
