//! Where the beam is (input status register 1), for drivers that wait for it.
//!
//! Mode 3 has 449 lines of 31.78 microseconds, 400 of them visible. The vertical retrace of the real thing lasts two lines;
//! here it lasts to the end of the frame, so that a guest that polls through VM exits does not miss it.

use crate::Time;

const LINE: u64 = 31_778;
const VISIBLE_PART: u64 = LINE * 80 / 100;
const LINES: u64 = 449;
const VISIBLE_LINES: u64 = 400;
const RETRACE_START: u64 = 412;

const DISPLAY_DISABLED: u8 = 1 << 0;
const VERTICAL_RETRACE: u8 = 1 << 3;

/// The two bits of the status register.
pub(super) fn status(now: Time) -> u8 {
    let line = now.0 / LINE % LINES;
    let blank = line >= VISIBLE_LINES || now.0 % LINE >= VISIBLE_PART;
    let retrace = line >= RETRACE_START;
    let flag = |on, bit| if on { bit } else { 0 };
    flag(blank, DISPLAY_DISABLED) | flag(retrace, VERTICAL_RETRACE)
}
