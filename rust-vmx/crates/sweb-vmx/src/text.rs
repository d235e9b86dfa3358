//! Text on its way to the kernel: into a caller's buffer, or into a fixed one that needs no heap.

use bounds::Clip;
use core::ffi::c_char;
use core::fmt::{self, Write};

/// Text under construction that truncates instead of growing.
pub struct FixedText<const N: usize> {
    bytes: [u8; N],
    length: usize,
}

impl<const N: usize> FixedText<N> {
    /// No text.
    pub const fn new() -> Self {
        Self {
            bytes: [0; N],
            length: 0,
        }
    }

    /// What was written.
    pub fn as_bytes(&self) -> &[u8] {
        self.bytes.upto(self.length)
    }
}

impl<const N: usize> Write for FixedText<N> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let room = self.bytes.past_mut(self.length);
        let fitting = fitting(text, room.len());
        self.length += bounds::copy(room, fitting.as_bytes());
        Ok(())
    }
}

/// What of a text fits into `room` bytes without cutting a character.
fn fitting(text: &str, room: usize) -> &str {
    let mut end = text.len().min(room);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default()
}

/// Copies a text into a NUL-terminated array of a structure.
pub fn copy_to_array(text: &str, array: &mut [c_char]) {
    let fitting = fitting(text, array.len().saturating_sub(1));
    array.fill(0);
    for (to, byte) in array.iter_mut().zip(fitting.as_bytes()) {
        *to = *byte as c_char;
    }
}

/// Copies a text into a caller's buffer, NUL-terminated; the length without the NUL. A null or empty buffer gets nothing.
///
/// # Safety
/// `buffer` is null or points to `capacity` writable bytes.
pub unsafe fn copy_out(text: &str, buffer: *mut c_char, capacity: usize) -> usize {
    if buffer.is_null() || capacity == 0 {
        return 0;
    }
    // SAFETY: the caller's promise; u8 and c_char have one layout.
    let buffer = unsafe { core::slice::from_raw_parts_mut(buffer, capacity) };
    copy_to_array(text, buffer);
    fitting(text, capacity - 1).len()
}
